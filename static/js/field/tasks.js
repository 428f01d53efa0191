/* 我的任务：没交的摆在上面；有网络时把任务留一份在手机里，没有网络也看得见、填得成。 */
import { Outbox } from "./outbox.js";
import { put } from "./store.js";

const user = Number(document.body.dataset.user);

async function keepTasks() {
  const response = await fetch("/my/tasks.json", { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!response.ok) return;
  localStorage.setItem("taiping.user", String(user)); // 先记是谁的：退出时照它抹
  await put("tasks", await response.json());
}

new Outbox(document.getElementById("outbox"), user).open();
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").then(keepTasks).catch(() => {});
}

const desk = document.getElementById("to-desk");
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  desk.hidden = false;
  desk.addEventListener("click", () => event.prompt());
});
if (navigator.userAgent.includes("MicroMessenger")) document.getElementById("in-wechat").hidden = false;
