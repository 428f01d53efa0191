/* 交一张表：先问一声，再一张一张传没到的照片，都收到了才交表。断在哪里都可以再来，收到的不再传。 */
import { get, photosOf, put, remove, removeReport } from "./store.js";

const SLOWEST = 2 * 1024, PATIENCE = 30000; // 每秒至少这么多字节；另外等这么久（毫秒）
const PAUSES = [5, 15, 60, 300]; // 没连上，过多少秒自己再来
const ROUNDS = 3; // 服务器说还缺照片、令牌旧了，最多再来几回

/** 没有连上，或服务器这会儿不行：等一等再来。 */
class Later extends Error {}
/** 服务器有话：state 是这张表成了什么样，more 是要记下的别的。 */
class Stopped extends Error {
  constructor(state, more) {
    super(state);
    Object.assign(this, { state, more });
  }
}

async function ask(report, address, options = {}) {
  const body = options.body, stop = new AbortController();
  const wait = setTimeout(() => stop.abort(), PATIENCE + (body && body.byteLength ? body.byteLength / SLOWEST : 0) * 1000);
  const headers = { Accept: "application/json", "X-User": String(report.user), "X-CSRFToken": report.csrf || "" };
  let response, content = null;
  try {
    response = await fetch(address, {
      ...options, headers: { ...headers, ...options.headers }, credentials: "same-origin", signal: stop.signal,
    });
    if ((response.headers.get("Content-Type") || "").includes("json")) content = await response.json();
  } catch (error) {
    throw new Later();
  } finally {
    clearTimeout(wait);
  }
  // 要先登录的无线网、网关自己的一页，答 200 也不是收到了
  if (!content && response.status !== 413) throw new Later();
  if (response.status >= 500 || response.status === 429) throw new Later();
  if (response.status === 401) throw new Stopped("login", { said: content.words || "", login: content.login || "" });
  if (response.status === 404) throw new Stopped("refused", { said: content.words || "这块图斑不在了。" });
  return { status: response.status, content: content || {} };
}

/** 令牌旧了（别处又登录过）：换上新的再来一次。 */
async function askAgain(report, address, options) {
  const first = await ask(report, address, options);
  if (first.status !== 403) return first;
  if (!first.content.csrf) throw new Stopped("refused", { said: first.content.words || "这个账号现在不能报这块图斑。" });
  report.csrf = first.content.csrf;
  return ask(report, address, options);
}

const home = (report) => `/patches/${report.patch}/report/`;

const isThere = (photo) => get("photos", [photo.client_key, photo.sha256]);

/** 正传着，人去掉了的，不再放回来。 */
async function marked(photo, state, said) {
  Object.assign(photo, { state, said });
  if (await isThere(photo)) await put("photos", photo);
}

const received = (photo, answer) => marked(photo, "已收到", answer.words || "");

/** 先问：登录还在不在，还能不能报，哪几张已经到了。 */
async function arrived(report, photos) {
  const { content } = await askAgain(report, `${home(report)}${report.client_key}/photos/`);
  report.csrf = content.csrf;
  const there = new Map(content.photos.map((photo) => [photo.sha256, photo]));
  for (const photo of photos) {
    if (there.has(photo.sha256)) await received(photo, there.get(photo.sha256));
    else if (photo.state === "已收到") photo.state = "待传";
  }
  return content.closed;
}

async function carry(report, photo) {
  const { status, content } = await askAgain(report, `${home(report)}${report.client_key}/photos/${photo.sha256}`, {
    method: "PUT", body: photo.bytes,
    headers: {
      "Content-Type": "application/octet-stream", "X-Name": encodeURIComponent(photo.name),
      "X-Original-Size": String(photo.original_size), "X-Device": photo.device || "", "X-Device-When": photo.when || "",
    },
  });
  if (status === 201 || status === 200) return received(photo, content);
  if (status === 400) throw new Later(); // 路上坏了
  if (status === 409) throw new Stopped("refused", { said: content.words }); // 照片是好的，这会儿没有地方
  return marked(photo, "不收", content.words || `没有收下（${status}）`);
}

/** 一次只传一件：同一页的排队，别的窗口也在传的等它（不认锁的浏览器，服务器也只记一次）。 */
let last = Promise.resolve();
function alone(work) {
  const run = () => (navigator.locks ? navigator.locks.request("taiping-send", work) : work());
  last = last.then(run, run);
  return last;
}

/** 把没到的照片一张一张传去；tell(第几张, 一共几张) 在每张收到以后。返回还能不能报（不能的是一句话）。 */
async function carryAll(report, tell = () => {}) {
  const photos = await photosOf(report.client_key);
  const closed = await arrived(report, photos);
  for (const photo of photos) {
    const isToGo = photo.state !== "已收到" && photo.state !== "不收";
    if (isToGo && (await isThere(photo))) await carry(report, photo);
    tell(photos.filter((one) => one.state === "已收到").length, photos.length);
  }
  return closed;
}

async function hand(report, photos) {
  const body = new URLSearchParams(Object.entries(report.fields));
  for (const [name, value] of [["client_key", report.client_key], ["seen", report.seen], ["first", report.first]]) {
    body.set(name, value);
  }
  body.set("made_at", report.made_at);
  if (report.is_on_page) body.set("is_on_page", "1");
  for (const photo of photos) body.append("photos", photo.sha256);
  return askAgain(report, home(report), { method: "POST", body });
}

async function deliver(report, tell) {
  for (let round = 0; round < ROUNDS; round += 1) {
    const closed = await carryAll(report, tell), photos = await photosOf(report.client_key);
    const bad = photos.filter((photo) => photo.state === "不收");
    if (bad.length) throw new Stopped("refused", { said: bad.map((photo) => photo.said).join("；") });
    const { status, content } = await hand(report, photos);
    if (status === 201 || status === 200) return { state: "done", said: content.words, next: content.next };
    if (status === 409 && content.state === "changed") {
      throw new Stopped("changed", { news: content.news, seen: content.seen, said: content.news.join("；") });
    }
    if (status === 409) throw new Stopped("closed", { said: content.words || closed });
    if (status === 422) {
      throw new Stopped("refused", { errors: content.fields, said: Object.values(content.fields).flat().join("") });
    }
    if (status !== 428) throw new Stopped("refused", { said: `没有收下（${status}），请联系管理员。` });
  }
  throw new Later();
}

/** 表还没交，照片先传。 */
export const carryPhotos = (report) => alone(() => carryAll(report));

/** 交这张表。返回交成什么样的那张表（已经存好）：done、changed、closed、refused、login，没连上是 waiting。 */
export function send(key, { tell, isOnPage } = {}) {
  return alone(async () => {
    const report = await get("reports", key);
    if (!report || report.state === "done") return report;
    Object.assign(report, { state: "sending", is_on_page: isOnPage || false, errors: null, said: "" });
    await put("reports", report);
    const result = await deliver(report, tell).catch((problem) => {
      if (problem instanceof Stopped) return { state: problem.state, ...problem.more };
      if (problem instanceof Later) return { state: "waiting", tries: (report.tries || 0) + 1 };
      throw problem;
    });
    Object.assign(report, result);
    await put("reports", report);
    if (report.state === "done") {
      for (const photo of await photosOf(key)) await remove("photos", [key, photo.sha256]);
    }
    return report;
  });
}

/** 服务器上先传来的一张不要了；没有网络就算了，过期自会清掉。 */
export async function forget(report, photo) {
  if (photo.state !== "已收到") return;
  const address = `${home(report)}${report.client_key}/photos/${photo.sha256}`;
  await askAgain(report, address, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** 这张表不要了：手机里的删掉，服务器上先传来的也不要了。 */
export async function giveUp(report) {
  const photos = await photosOf(report.client_key);
  await removeReport(report.client_key);
  for (const photo of photos) forget(report, photo);
}

/** 已经试了几回 → 过多少毫秒再试。 */
export const pause = (tries) => PAUSES[Math.min(tries, PAUSES.length) - 1] * 1000;
export { Later, Stopped };
