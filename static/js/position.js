// 选照片的时候，浏览器允许就记下现在的位置（只有 https 或本机才行）；不允许、没有脚本都不影响上报。
(() => {
  const field = document.querySelector("form input[name=device]");
  if (!field || !window.isSecureContext || !navigator.geolocation) return;
  const hint = document.querySelector("[data-position-hint]");
  if (hint) hint.hidden = false;
  field.form.addEventListener("change", (event) => {
    if (event.target.type !== "file" || field.value) return;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { field.value = [coords.latitude, coords.longitude, coords.accuracy].join(","); },
      () => {},
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
})();
