/* 我的任务按远近排。位置只在手机里用来量，不发出去，也不留下。 */
import { between, farText } from "./field/ground.js";

const offer = document.querySelector("[data-near]");
const list = document.querySelector("[data-near-list]"), words = document.querySelector("[data-near-words]");
const isAble = window.isSecureContext && navigator.geolocation;

function placed(item) {
  const { lat, lon } = item.querySelector(".task-card").dataset;
  return lat ? [Number(lon), Number(lat)] : null;
}

function sort({ coords }) {
  const here = [coords.longitude, coords.latitude];
  const items = [...list.children], known = items.filter(placed), rest = items.filter((item) => !placed(item));
  const away = new Map(known.map((item) => [item, between(here, placed(item))]));
  known.sort((one, other) => away.get(one) - away.get(other));
  for (const item of known) {
    const said = item.querySelector("[data-away]");
    said.textContent = `离您 ${farText(away.get(item))}`;
    said.hidden = false;
  }
  list.append(...known);
  if (rest.length) {
    const line = document.createElement("li");
    line.className = "near-rest quiet";
    line.textContent = `下面 ${rest.length} 个还不知道在地图上哪里，排在最后。`;
    list.append(line, ...rest);
  }
  words.textContent = `近的在前。手机位置的误差约 ${Math.round(coords.accuracy)} 米，只在您的手机里用，没有发出去。`;
}

function refused(error) {
  words.textContent = error.code === 1
    ? "浏览器没有允许取位置，还按缓急排。要用的话，在浏览器的网站设置里允许“位置”。"
    : "没有取到位置，还按缓急排。到开阔的地方，刷新页面再试一次。";
}

if (offer && isAble) offer.hidden = false;
if (list && isAble && [...list.children].some(placed)) {
  words.textContent = "正在取位置…";
  const options = { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 };
  navigator.geolocation.getCurrentPosition(sort, refused, options);
}
