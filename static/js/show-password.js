/* “显示密码”：按一下看得见填的字，再按变回圆点；交出去以前一定是圆点，浏览器不会把密码当普通的字记下来。没有脚本就没有这一样。 */
const control = document.querySelector("[data-show-password]");

if (control) {
  const button = control.querySelector("button");
  const form = control.closest("form");
  const fields = [...form.querySelectorAll("input[type=password]")];
  let isShown = false;

  const show = (wanted) => {
    isShown = wanted;
    for (const field of fields) field.type = isShown ? "text" : "password";
    button.textContent = isShown ? "隐藏密码" : "显示密码";
  };

  for (const field of fields) {
    // 看得见的时候，手机也不许改大小写、改错字，不许拿去查拼写
    field.setAttribute("autocapitalize", "none");
    field.setAttribute("autocorrect", "off");
    field.spellcheck = false;
  }
  button.addEventListener("click", () => show(!isShown));
  form.addEventListener("submit", () => show(false));
  window.addEventListener("pagehide", () => show(false)); // 退回这一页时，也是圆点
  control.hidden = false;
}
