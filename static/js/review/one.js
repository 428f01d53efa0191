/* 核实一块：P 通过、R 退回、J K 前后看；下一块就地换上来，不用整页重开。

   取不来的照平常的办法走：链接就打开，表就交上去——提交标识没变，交两遍也只记一次。 */
import { keyed, onKey, tellKeys } from "./keys.js";

const PAGE = "/review/";
let isBusy = false;

function isOurs(address) {
  const url = new URL(address, location.href);
  return url.origin === location.origin && url.pathname.startsWith(PAGE);
}

async function fetched(address, options) {
  const response = await fetch(address, { credentials: "same-origin", ...options });
  if (!response.ok || !isOurs(response.url)) throw new Error(`没有取到 ${response.url}`);
  return { url: response.url, page: new DOMParser().parseFromString(await response.text(), "text/html") };
}

/* 换上取来的一页：正文、菜单上的数、标题和地址。 */
function show({ url, page }) {
  for (const part of ["main", ".nav"]) {
    const now = document.querySelector(part), next = page.querySelector(part);
    if (now && next) now.replaceWith(document.importNode(next, true));
  }
  document.title = page.title;
  if (url !== location.href) history.pushState(null, "", url);
  tellKeys();
  scrollTo(0, 0);
  const main = document.querySelector("main"), wrong = main.querySelector(".error-summary");
  main.tabIndex = -1;
  (wrong || main).focus({ preventScroll: !wrong });
}

async function go(address, options, otherwise) {
  if (isBusy) return;
  isBusy = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    show(await fetched(address, options));
  } catch (error) {
    otherwise();
    return;
  } finally {
    isBusy = false;
    document.body.removeAttribute("aria-busy");
  }
}

/* 队列走完了回到列表：列表有它自己的脚本，整页打开。 */
function isPatch(address) {
  return isOurs(address) && /^\/review\/\d+\/$/.test(new URL(address, location.href).pathname);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[aria-keyshortcuts]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !isPatch(link.href)) return;
  event.preventDefault();
  go(link.href, {}, () => location.assign(link.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-verdict]");
  if (!form) return;
  event.preventDefault();
  if (isBusy) return;
  const verdict = document.createElement("input");
  verdict.type = "hidden";
  verdict.name = "verdict";
  verdict.value = pressed(form, event);
  form.append(verdict);
  go(location.href, { method: "POST", body: new FormData(form) }, () => form.submit());
});

/* 按的是哪个按钮；老浏览器不说（没有 submitter），看焦点在哪里。 */
function pressed(form, event) {
  const button = event.submitter || document.activeElement;
  return button && button.name === "verdict" && form.contains(button) ? button.value : "";
}

/* 没有勾理由就按 R：先到理由那里。 */
function needsReason(button) {
  const form = button.closest("[data-verdict]");
  if (!form || button.value !== "return") return null;
  const given = form.querySelector("input[name=reasons]:checked") || form.querySelector("[name=note]").value.trim();
  return given ? null : form.querySelector("input[name=reasons]");
}

onKey((key) => {
  const button = keyed(key);
  if (!button) return false;
  const reason = needsReason(button);
  const target = reason || button;
  target.focus();
  if (reason) reason.scrollIntoView({ block: "center" });
  else button.click();
  return true;
});

window.addEventListener("popstate", () => location.reload());
tellKeys();
