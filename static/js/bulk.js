/* 台账：勾了几个，写在“成批办理”的按钮上。 */

const button = document.querySelector("[data-bulk]");

function tell() {
  const count = document.querySelectorAll("input[name=pk]:checked").length;
  button.textContent = count ? `成批办理 ${count} 个` : "成批办理";
}

if (button) {
  button.form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
