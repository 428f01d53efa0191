/* 核实时的几个键：按键就是按页面上写着那个键的按钮。正在填字、拼音还没选好、按着不放、带着 Ctrl 的不算。 */

function isTyping(target) {
  const box = target.closest("input, textarea, select");
  return Boolean(box) && !["checkbox", "radio"].includes(box.type);
}

/* 按了一个字母就问 act(字母)；它办了（返回 true）就不再往下传。 */
export function onKey(act) {
  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing;
    if (held || isTyping(event.target)) return;
    if (act(event.key.toUpperCase())) event.preventDefault();
  });
}

/* 页面上写着这个键的按钮或链接；没有是 null。 */
export function keyed(key) {
  return /^[JKPR]$/.test(key) ? document.querySelector(`[aria-keyshortcuts="${key}"]`) : null;
}

/* 有脚本的才说有哪几个键。 */
export function tellKeys() {
  for (const words of document.querySelectorAll(".keys")) words.hidden = false;
}
