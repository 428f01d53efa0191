/* 选照片的时候，浏览器允许就记下现在的位置（只有 https 或本机才行）；不允许、没有脚本都不影响上报。 */
const field = document.querySelector("form input[name=device]");

function remember({ coords }) {
  field.value = [coords.latitude, coords.longitude, coords.accuracy].join(",");
}

if (field && window.isSecureContext && navigator.geolocation) {
  const hint = document.querySelector("[data-position-hint]");
  if (hint) hint.hidden = false;
  field.form.addEventListener("change", (event) => {
    if (event.target.type !== "file" || field.value) return;
    const options = { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 };
    navigator.geolocation.getCurrentPosition(remember, () => {}, options);
  });
}
