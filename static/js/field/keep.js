/* 每一页都有：换了人登录、退出的时候，把手机里留的任务抹掉；没交的表不动，只有自己看得见。 */
import { all, remove } from "./store.js";

const LAST = "taiping.user", now = document.body.dataset.user || "";

async function wipe() {
  for (const row of await all("tasks")) await remove("tasks", row.user);
  localStorage.removeItem(LAST);
}

function start() {
  const last = localStorage.getItem(LAST);
  if (last && now && last !== now) wipe();
  const out = document.querySelector("[data-logout]");
  if (!out || !last) return;
  out.addEventListener("submit", (event) => {
    event.preventDefault();
    wipe().then(() => out.submit(), () => out.submit());
  });
}

try {
  start();
} catch (error) {
  // 不许存东西的浏览器：本来就没有留
}
