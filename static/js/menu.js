/* 菜单：打开一组就收起另一组，点到外面、按 Esc 也收起。没有脚本时一组一组自己开合。 */

/* 核实时菜单会换成新的，每次重新找。 */
function groups() {
  return [...document.querySelectorAll(".nav .menu")];
}

function closeOthers(kept) {
  for (const group of groups()) if (group !== kept) group.open = false;
}

document.addEventListener("click", (event) => closeOthers(event.target.closest(".nav .menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = groups().find((group) => group.open);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
