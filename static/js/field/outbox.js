/* 没交完的：摆在“我的任务”最上面，看得见到了哪一步；打开、连上网、回到这一页、按一下都会交。 */
import { giveUp, pause, send } from "./send.js";
import { all, photosOf, removeReport } from "./store.js";
import { button, clear, node } from "./words.js";

const STATES = {
  draft: "草稿", waiting: "等网络", sending: "正在传", done: "已收到", changed: "别人先动了，请看",
  closed: "没收下", refused: "没收下", login: "要登录",
};
const SENDABLE = ["waiting", "sending", "login"];
const DONE_SHOWN = 3 * 24 * 60 * 60 * 1000;

/** 这部手机上存着的全部没交完的；mine 是自己的，others 是别人的有几份（只说个数）。 */
async function kept(user) {
  const reports = (await all("reports")).sort((one, two) => two.made_at.localeCompare(one.made_at));
  return { mine: reports.filter((one) => one.user === user), others: reports.filter((one) => one.user !== user).length };
}

/** 存成一个文件：交不上去的，照片和说明还拿得出来。 */
async function exportReport(report) {
  const photos = await photosOf(report.client_key), { code, place, fields, made_at: madeAt } = report;
  const words = JSON.stringify({ code, place, made_at: madeAt, ...fields }, null, 2);
  const files = [[`${code}-说明.json`, new Blob([words], { type: "application/json" })]];
  photos.forEach((photo) => files.push([photo.name, new Blob([photo.bytes])]));
  for (const [name, blob] of files) {
    const link = node("a"), address = URL.createObjectURL(blob);
    Object.assign(link, { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }
}

export class Outbox {
  constructor(element, user) {
    Object.assign(this, { element, user, progress: {} });
  }

  async open() {
    await this.clean();
    await this.show();
    window.addEventListener("online", () => this.sendAll());
    document.addEventListener("visibilitychange", () => document.hidden || this.sendAll());
    await this.sendAll();
  }

  /** 已收到的过三天不再摆。 */
  async clean() {
    const { mine } = await kept(this.user), old = Date.now() - DONE_SHOWN;
    for (const report of mine) {
      if (report.state === "done" && Date.parse(report.made_at) < old) await removeReport(report.client_key);
    }
  }

  async sendAll() {
    if (this.isSending) return;
    this.isSending = true;
    try {
      const { mine } = await kept(this.user);
      for (const report of mine) if (SENDABLE.includes(report.state)) await this.sendOne(report.client_key);
      await this.later();
    } finally {
      this.isSending = false;
    }
  }

  async sendOne(key) {
    const tell = (done, total) => {
      this.progress[key] = `${done}/${total}`;
      this.show();
    };
    const { state } = (await send(key, { tell })) || {};
    this.isNews = this.isNews || state === "done";
    delete this.progress[key];
    await this.show();
  }

  /** 还有没连上的，过一会儿自己再来。 */
  async later() {
    const { mine } = await kept(this.user), waiting = mine.filter((one) => one.state === "waiting");
    clearTimeout(this.timer);
    if (!waiting.length) return;
    const tries = Math.min(...waiting.map((one) => one.tries || 1));
    this.timer = setTimeout(() => this.sendAll(), pause(tries));
  }

  async show() {
    const { mine, others } = await kept(this.user);
    clear(this.element);
    this.element.hidden = !mine.length && !others;
    if (this.element.hidden) return;
    const unsent = mine.filter((one) => one.state !== "done");
    this.part(`这部手机里还没交的 ${unsent.length} 份`, unsent);
    this.part("刚交上去的", mine.filter((one) => one.state === "done"));
    if (this.isNews) {
      const again = Object.assign(node("a", "刷新"), { href: "" });
      const line = this.element.appendChild(node("p", "下面列的还是交以前的，", "ways"));
      line.append(again, "一下就是新的。");
    }
    const wechat = navigator.userAgent.includes("MicroMessenger");
    if (unsent.length && wechat) {
      this.element.append(node("p", "这些存在这部手机的微信里，要在微信里打开这一页才会交上去。", "quiet"));
    }
    if (others) this.element.append(node("p", `这部手机里还有别人没交的 ${others} 份，请他自己登录后交。`, "quiet"));
  }

  part(title, reports) {
    if (!reports.length) return;
    const list = node("ul", "", "cards outbox");
    list.append(...reports.map((report) => this.item(report)));
    this.element.append(node("h2", title), list);
  }

  item(report) {
    const item = node("li", "", `card outbox-${report.state}`), isMoving = this.progress[report.client_key];
    const state = isMoving ? `正在传 ${isMoving}` : STATES[report.state];
    const head = node("p", "", "task-top"), act = node("p", "", "cluster");
    head.append(node("span", report.place || report.code, "task-code"), node("span", state, `tag ${this.hue(report)}`));
    item.append(head);
    if (report.place) item.append(node("p", report.code, "quiet"));
    if (report.said) item.append(node("p", report.said));
    if (report.state === "login") act.append(Object.assign(node("a", "去登录", "button"), { href: report.login }));
    act.append(...this.buttons(report));
    item.append(act);
    return item;
  }

  hue({ state }) {
    if (state === "done") return "tag-done";
    return ["changed", "closed", "refused", "login"].includes(state) ? "tag-late" : "tag-info";
  }

  buttons(report) {
    const key = report.client_key, found = [];
    if (report.state === "done") {
      return [button("知道了", () => removeReport(key).then(() => this.show()), "button secondary small")];
    }
    if (["waiting", "sending", "refused"].includes(report.state)) {
      found.push(button("再试", () => this.sendOne(key), "button secondary small"));
    }
    if (report.state !== "closed") {
      const edit = node("a", report.state === "changed" ? "看了再交" : "修改", "button secondary small");
      edit.href = `/patches/${report.patch}/report/`;
      found.push(edit);
    }
    found.push(button("存成文件", () => exportReport(report), "button secondary small"));
    found.push(button("删掉", () => this.ask(report), "button secondary small"));
    return found;
  }

  ask(report) {
    if (!window.confirm(`删掉 ${report.code} 这份没交的？填的和照片都不留。`)) return;
    giveUp(report).then(() => this.show());
  }
}
