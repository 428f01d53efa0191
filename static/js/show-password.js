/* “显示密码”：勾上看得见填的字。交出去以前变回圆点，浏览器不会把密码当普通的字记下来；没有脚本就没有这一格。 */
const control = document.querySelector("[data-show-password]");

if (control) {
  const box = control.querySelector("input");
  const form = control.closest("form");
  const fields = [...form.querySelectorAll("input[type=password]")];

  const show = (isShown) => {
    for (const field of fields) field.type = isShown ? "text" : "password";
    box.checked = isShown;
  };

  for (const field of fields) {
    // 看得见的时候，手机也不许改大小写、改错字，不许拿去查拼写
    field.setAttribute("autocapitalize", "none");
    field.setAttribute("autocorrect", "off");
    field.spellcheck = false;
  }
  box.addEventListener("change", () => show(box.checked));
  form.addEventListener("submit", () => show(false));
  window.addEventListener("pagehide", () => show(false)); // 退回这一页时，也是圆点
  control.hidden = false;
}
