/* 每一页都有：换了人登录、退出的时候，把手机里留的任务抹掉；没交的表不动，只有自己看得见。 */
import { all, remove } from "./store.js";

const LAST = "taiping.user", now = document.body.dataset.user || "";

/** 抹掉留的任务；mine 是现在登录的人，他自己的（正好刚留下）不抹，以后他退出时还认得是他留的。 */
async function wipe(mine) {
  const others = (await all("tasks")).filter((row) => String(row.user) !== mine);
  for (const row of others) await remove("tasks", row.user);
  if (mine) localStorage.setItem(LAST, mine);
  else localStorage.removeItem(LAST);
}

function start() {
  const last = localStorage.getItem(LAST);
  if (last && now && last !== now) wipe(now);
  const out = document.querySelector("[data-logout]");
  if (!out) return;
  out.addEventListener("submit", (event) => {
    if (!localStorage.getItem(LAST)) return;
    event.preventDefault();
    wipe("").then(() => out.submit(), () => out.submit());
  });
}

try {
  start();
} catch (error) {
  // 不许存东西的浏览器：本来就没有留
}
