/* 后台脚本：把没有网络时要用的一页和它的样式、脚本存进手机。谁的任务都不在这里存。 */
const KEPT = "taiping-{{ version }}", SHELL = "{{ url('plots:field') }}", PATIENCE = 10000;
const IN_FIELD = /^\/(?:my|patches\/\d+\/report)\/$/;
const FILES = {{ files|tojson }};

self.addEventListener("install", (event) => {
  const store = async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES);
    await cache.put(SHELL, await fetch(SHELL, { credentials: "omit", cache: "no-store" }));
    await self.skipWaiting();
  };
  event.waitUntil(store());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("taiping-") && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

/** 看网页：先连；连不上，或是任务、上报这两页等太久，给存着的那一页。别的页（如导出）再久也等。 */
async function page(request, address) {
  const answers = [fetch(request)];
  if (IN_FIELD.test(address.pathname)) {
    answers.push(new Promise((resolve, reject) => { setTimeout(reject, PATIENCE); }));
  }
  try {
    return await Promise.race(answers);
  } catch (error) {
    return (await caches.match(SHELL)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address));
  else if (FILES.includes(address.pathname)) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
});
