/* 图斑页上的小地图：这个图斑的图形，和照片是在哪里拍的。 */
import { layer, open } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** 拍照的位置：圆里是照片的序号，箭头是镜头朝向（正北 0 度，顺时针）。 */
function camera(photo, number) {
  const picture = shape("svg", { width: 36, height: 36, viewBox: "-18 -18 36 36", "aria-hidden": "true" });
  if (photo.bearing !== null) {
    picture.append(shape("path", { d: "M0 -26 L9 -8 L-9 -8 Z", transform: `rotate(${photo.bearing})` }));
  }
  picture.append(shape("circle", { r: 11 }));
  const words = shape("text", { y: 5 });
  words.textContent = number;
  picture.append(words);
  return L.marker([photo.lat, photo.lon], {
    icon: L.divIcon({ html: picture, className: "map-photo", iconSize: [36, 36] }),
    title: photo.name + (photo.where ? "：" + photo.where : ""), keyboard: false,
  });
}

const data = JSON.parse(document.getElementById("small-map-data").textContent);
const area = layer(data.shape, data.status, false);
const around = L.featureGroup([area]).getBounds(); // 点自己没有范围
const map = open(document.getElementById("small-map"), around.pad(0.3));
area.addTo(map);
const cameras = data.photos.map((photo, at) => camera(photo, at + 1).addTo(map));
if (cameras.length) {
  const all = L.featureGroup([area, ...cameras]).getBounds();
  map.fitBounds(all.pad(0.15), { maxZoom: 18 });
}
