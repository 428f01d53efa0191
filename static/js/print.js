// “打印”：有脚本才有这个按钮，没有时用浏览器的打印。

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
