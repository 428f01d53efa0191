/* 后台脚本：把没有网络时要用的一页和它的样式、脚本存进手机。谁的任务都不在这里存。 */
const KEPT = "taiping-{{ version }}", SHELL = "{{ url('plots:field') }}", PATIENCE = 10000;
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

/** 看网页：先连；连不上、等太久，给存着的那一页。 */
async function page(request) {
  const late = new Promise((resolve, reject) => { setTimeout(reject, PATIENCE); });
  try {
    return await Promise.race([fetch(request), late]);
  } catch (error) {
    return (await caches.match(SHELL)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (FILES.includes(address.pathname)) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
});
