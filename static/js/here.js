/* 添加图斑：按了才取现在的位置，填进表单，随表单一起交；可以去掉。没有脚本、不让取都照样添加。 */
const box = document.querySelector("[data-here]"), field = document.querySelector("form input[name=device]");
const ROUGH_M = 100;

function show(words) {
  box.querySelector("[data-here-words]").textContent = words;
  box.querySelector("[data-here-drop]").hidden = !field.value;
  box.querySelector("[data-here-take]").textContent = field.value ? "重新取位置" : "用我现在的位置";
}

function told() {
  const accuracy = Math.round(Number(field.value.split(",")[2]));
  const advice = accuracy > ROUGH_M ? "偏差太大，到开阔的地方重新取一次。" : "";
  return `已记下位置，精度 ${accuracy} 米。${advice}`;
}

function remember({ coords }) {
  field.value = [coords.latitude, coords.longitude, coords.accuracy].join(",");
  show(told());
}

function refused(error) {
  show(error.code === 1
    ? "浏览器没有允许取位置。要用的话，在浏览器的网站设置里允许“位置”；不记也能添加。"
    : "没有取到位置，到开阔的地方再试一次；不记也能添加。");
}

function take() {
  show("正在取位置…");
  const options = { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 };
  navigator.geolocation.getCurrentPosition(remember, refused, options);
}

function drop() {
  field.value = "";
  show("没有记位置。");
}

if (box && field && window.isSecureContext && navigator.geolocation) {
  box.hidden = false;
  box.querySelector("[data-here-take]").addEventListener("click", take);
  box.querySelector("[data-here-drop]").addEventListener("click", drop);
  if (field.value) show(told()); // 退回来改的时候，记下的还在
}
