/* 地图页：按看的范围取图斑，图和列表是同一份数据。 */
import { STATES, colour, layer, open, style, swatch } from "./map.js";

const element = document.getElementById("map");
const words = document.getElementById("map-words"), list = document.getElementById("map-list");
const [west, south, east, north] = element.dataset.box.split(",").map(Number);
const whole = [[south, west], [north, east]];
const map = open(element, whole);
const drawn = L.layerGroup().addTo(map), villages = L.layerGroup().addTo(map);
const FIRST = 50;
let asking = null, waiting = null;

document.querySelectorAll(".map-tools, .map-legend").forEach((part) => { part.hidden = false; });
document.querySelectorAll(".legend canvas").forEach(swatch);

function node(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function link(facts) {
  const made = node("a", facts.code);
  made.href = element.dataset.patch.replace("/0/", `/${facts.id}/`);
  return made;
}

const tag = (facts) => node("span", facts.text, `tag ${STATES[facts.status].tag}`);
const line = (facts) => `${facts.village} · ${facts.target} · ${facts.area} 亩`;

function popup(facts) {
  const box = node("div", "", "map-popup");
  const head = node("p");
  head.append(link(facts), " ", tag(facts));
  box.append(head, node("p", facts.village + (facts.place ? "，" + facts.place : "")));
  box.append(node("p", `${facts.target}，${facts.area} 亩`));
  if (facts.late) box.append(node("p", "下一步已逾期", "text-late"));
  if (facts.demo) box.append(node("p", "演示数据", "quiet"));
  return box;
}

function item(facts, area) {
  const row = node("li"), more = node("span", line(facts), "quiet small");
  if (facts.late) more.append(" · ", node("span", "逾期", "text-late"));
  row.append(link(facts), " ", tag(facts), more);
  if (!area) return row;
  const point = () => area.setStyle({ color: colour("--ink"), weight: 5 }).bringToFront();
  const leave = () => area.setStyle(style(facts.status, facts.late));
  row.addEventListener("mouseenter", point);
  row.addEventListener("mouseleave", leave);
  row.addEventListener("focusin", point);
  row.addEventListener("focusout", leave);
  return row;
}

function cell(feature) {
  const number = feature.properties.number, size = Math.round(30 + 6 * Math.log10(number + 1));
  const at = L.GeoJSON.coordsToLatLng(feature.geometry.coordinates);
  return L.marker(at, {
    icon: L.divIcon({ html: node("span", String(number)), className: "map-cell", iconSize: [size, size] }),
    title: `${number} 个图斑，点一下放大`,
  }).on("click", () => map.setView(at, map.getZoom() + 2));
}

function show(data) {
  drawn.clearLayers();
  const rows = [];
  for (const feature of data.features) {
    const facts = feature.properties;
    if (facts.number) { drawn.addLayer(cell(feature)); continue; }
    const area = layer(feature.geometry, facts.status, facts.late);
    area.on("click", (event) => L.popup().setLatLng(event.latlng).setContent(popup(facts)).openOn(map));
    drawn.addLayer(area);
    if (rows.length < FIRST) rows.push(item(facts, area));
  }
  for (const facts of data.rows || []) rows.push(item(facts, null));
  list.textContent = "";
  list.append(...rows);
  words.textContent = data.words;
  element.dataset.shown = data.features.length;
}

// 说给人听的话；别的错是程序的错，不当作网络不通。
class Told extends Error {}
const OFFLINE = "网络不通，图斑没有取到。等网络好了，移动一下地图就会再取。";
const BROKEN = "页面出了问题，图斑没有画出来。请刷新页面；一直这样，请告诉管理员。";

async function ask(url, signal) {
  try {
    return await fetch(url, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Told(OFFLINE);
  }
}

async function read(url, signal) {
  const response = await ask(url, signal);
  if (response.redirected) throw new Told("登录超时了，请刷新页面，重新登录。");
  const isData = (response.headers.get("Content-Type") || "").startsWith("application/json");
  if (!response.ok && isData) throw new Told((await response.json()).error);
  if (!response.ok) throw new Told("没有取到这个范围的图斑。请移动一下地图再试；一直这样，请告诉管理员。");
  return response.json();
}

function address() {
  const view = map.getBounds(), url = new URL(element.dataset.url, location.href);
  const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  url.searchParams.set("bbox", box.map((edge) => edge.toFixed(6)).join(","));
  url.searchParams.set("zoom", Math.round(map.getZoom()));
  return url;
}

async function refresh() {
  if (asking) asking.abort();
  asking = new AbortController();
  try {
    show(await read(address(), asking.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    words.textContent = error instanceof Told ? error.message : BROKEN;
    if (!(error instanceof Told)) console.error(error);
  }
}

// 看的地方写在地址后面：从图斑页返回时还在原处。
function remember() {
  const { lat, lng } = map.getCenter();
  history.replaceState(null, "", `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
}

function recall() {
  const [zoom, lat, lng] = location.hash.slice(1).split("/").map(Number);
  if ([zoom, lat, lng].every(Number.isFinite)) map.setView([lat, lng], zoom, { animate: false });
}

async function drawVillages() {
  const data = await read(element.dataset.villages).catch(() => ({ features: [] }));
  for (const { geometry, properties } of data.features) {
    if (geometry.type === "Point") {
      const at = L.GeoJSON.coordsToLatLng(geometry.coordinates);
      const icon = L.divIcon({ html: node("span", properties.name), className: "map-village", iconSize: [0, 0] });
      villages.addLayer(L.marker(at, { icon, interactive: false, keyboard: false }));
    } else {
      const border = { color: colour("--ink"), weight: 1.5, dashArray: [6, 4], fill: false };
      villages.addLayer(L.geoJSON(geometry, { style: { ...border, interactive: false }, interactive: false }));
    }
  }
}

const locate = document.getElementById("locate"), said = document.getElementById("locate-words");
let here = null;
if (navigator.geolocation && window.isSecureContext) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    said.textContent = "正在取位置…";
    map.locate({ setView: true, maxZoom: 17, enableHighAccuracy: true, timeout: 15000 });
  });
}
map.on("locationfound", (event) => {
  if (here) here.remove();
  const ink = colour("--sky");
  const around = { radius: event.accuracy, color: ink, weight: 1, fillOpacity: 0.1 };
  const dot = { radius: 7, color: colour("--card"), weight: 3, fillColor: ink, fillOpacity: 1 };
  here = L.layerGroup([
    L.circle(event.latlng, { ...around, interactive: false }),
    L.circleMarker(event.latlng, { ...dot, interactive: false }),
  ]).addTo(map);
  said.textContent = `您在蓝点的位置，误差约 ${Math.round(event.accuracy)} 米。`;
});
map.on("locationerror", (event) => {
  said.textContent = event.code === 1
    ? "浏览器没有允许取位置。要用的话，在浏览器的网站设置里允许“位置”。"
    : "没有取到位置。到开阔的地方再试一次。";
});
document.getElementById("whole").addEventListener("click", () => {
  map.fitBounds(whole, { padding: [24, 24], maxZoom: 18 });
});

recall();
map.on("moveend", () => {
  clearTimeout(waiting);
  remember();
  waiting = setTimeout(refresh, 150);
});
drawVillages();
refresh();
