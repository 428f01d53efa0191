/* 后台的格子要有名字，读屏才读得出：能查找的下拉框（select2）用它的标签，几行一张的表最前面没有字的一列也写上。 */
const nameOf = (select) =>
  select.getAttribute("aria-label") ||
  [...(select.labels || [])].map((label) => label.textContent.trim()).join("");

const nameAll = () => {
  for (const box of document.querySelectorAll(".select2-container")) {
    const select = box.previousElementSibling;
    const name = select && nameOf(select).replace(/[：:]$/, "");
    if (!name) continue;
    box.querySelector(".select2-selection").setAttribute("aria-label", name);
    box.querySelector(".select2-selection").removeAttribute("aria-labelledby");
    const shown = box.querySelector(".select2-selection__rendered");
    if (shown) shown.setAttribute("aria-label", name);
  }
};

for (const head of document.querySelectorAll("th.original")) {
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = "原来的";
  head.append(words);
}
// select2 由 jQuery 在页面好了以后换上，新添的一行也是；排在它的后面
if (window.django && window.django.jQuery) {
  window.django.jQuery(nameAll);
  document.addEventListener("formset:added", () => window.django.jQuery(nameAll));
}
