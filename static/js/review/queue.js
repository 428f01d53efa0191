/* 待核实的一队：按钮上写着勾了几个、几个不能；J、K 在各行的勾选格之间走，空格勾，P、R 去办。没有脚本时下一页会说。 */
import { keyed, onKey, tellKeys } from "./keys.js";

const form = document.querySelector("[data-queue]");
const NAMES = { confirm: "核实通过", send_back: "退回" };

function boxes() {
  return [...form.querySelectorAll("input[name=pk]")];
}

function words(verb, ticked) {
  const cannot = ticked.filter((box) => box.hasAttribute(`data-cannot-${verb}`)).length;
  const more = cannot ? `（${cannot} 个不能）` : "";
  return `${NAMES[verb]} ${ticked.length - cannot} 个${more}`;
}

function tell() {
  const ticked = boxes().filter((box) => box.checked);
  for (const button of form.querySelectorAll("[data-verb]")) {
    const verb = button.dataset.verb;
    button.textContent = words(verb, ticked);
    button.disabled = ticked.every((box) => box.hasAttribute(`data-cannot-${verb}`));
  }
}

function walk(step) {
  const all = boxes(), at = all.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
  all[next].focus();
  all[next].closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

if (form) {
  tellKeys();
  tell();
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  onKey((key) => {
    if (key === "J") return walk(1);
    if (key === "K") return walk(-1);
    const button = keyed(key);
    if (button && !button.disabled) button.click();
    return Boolean(button);
  });
}
