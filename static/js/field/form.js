/* 上报的表：先查再传，传的时候看得见收到了几张；断了、关了、按了几下，都还在手机里。 */
import { problems } from "./checks.js";
import { draftFor, fieldsOf, restore, save } from "./draft.js";
import { carryPhotos, giveUp, Later, pause, send, Stopped } from "./send.js";
import { Shots } from "./shots.js";
import { get } from "./store.js";
import { button, clear, fixToday, node } from "./words.js";

const TYPING = 300;
const OFFLINE = "现在连不上，还没有交上去。填的和照片都已存在这部手机里：连上网会自动再交，回到有信号的地方打开“我的任务”也会交。请不要清除浏览器的数据。";
const FULL = "手机存储满了，填的只留在这一页，请不要关掉它，腾出一些空间再填。";
const EDITED = "改过了，先不自己交：改好以后请再按一次上报。";
const BROKEN = "没有交成，填的和照片还在这部手机里。请刷新这一页再交；还不行，请告诉管理员。";

export class ReportPage {
  constructor(form, facts, user, { done }) {
    Object.assign(this, { form, facts, user, done, sending: false });
    fixToday(facts.fixed_day);
    this.status = form.querySelector("[data-sending]");
    this.submit = form.querySelector("button[type=submit]");
  }

  async open() {
    const { form } = this;
    this.draft = await draftFor(form, this.facts, this.user);
    const isKept = this.draft.state !== "new";
    if (form.elements.csrfmiddlewaretoken) this.draft.csrf = form.elements.csrfmiddlewaretoken.value;
    if (isKept) restore(form, this.draft);
    this.shots = new Shots(form, this.facts, this.draft, {
      changed: () => this.save().then(() => this.carry()), problem: (words) => this.tell(words, "notice-risk"),
    });
    await this.shots.show();
    if (isKept) this.greet();
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.querySelectorAll("input[type=file]").forEach((one) => one.addEventListener("click", () => this.save()));
    document.addEventListener("visibilitychange", () => document.hidden && this.isTouched && this.save());
    // 后退回到交过的那一页：从头打开，不然再交的还是上一张
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.hand();
    });
    form.dataset.ready = "true";
  }

  soon() {
    this.isTouched = true;
    if (this.draft.state === "waiting") this.hold();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), TYPING);
  }

  /** 等着网络的又改了：改到一半，不能自己交出去。 */
  hold() {
    clearTimeout(this.retry);
    this.draft.state = "draft";
    this.tell(EDITED);
  }

  /** 交了、不要了：离开这一页的时候不再存。 */
  letGo() {
    clearTimeout(this.waiting);
    this.isTouched = false;
  }

  /** 存好了没有。 */
  async save() {
    clearTimeout(this.waiting);
    try {
      await save(this.form, this.draft);
      return true;
    } catch (error) {
      this.tell(FULL, "notice-risk");
      return false;
    }
  }

  /** 要人看的话转到眼前。 */
  face(box) {
    box.tabIndex = -1;
    box.focus();
    box.scrollIntoView({ block: "start" });
  }

  /** 上次没交完的放回来了：说一声，可以从头填；别人先动过的，说是什么。 */
  greet() {
    const { draft } = this, box = this.form.querySelector("[data-draft]");
    const words = { changed: "您填表以后，这块图斑有了新的记录，请看清楚再交：", refused: "上次交的没有收下：" };
    const said = draft.news ? draft.news : [draft.said].filter(Boolean);
    clear(box);
    if (words[draft.state]) box.classList.add("notice-risk");
    box.append(node("p", words[draft.state] || "上次填的还在，没有交上去，接着填就行。"));
    if (words[draft.state] && said.length) {
      const list = box.appendChild(node("ul", "", "sheet"));
      said.forEach((sentence) => list.append(node("li", sentence)));
    }
    box.append(button("不要了，从头填", () => this.startOver(), "button secondary small"));
    box.hidden = false;
    if (words[draft.state]) this.face(box);
    if (draft.errors) this.show(draft.errors);
    // 别人先动了、方案变了的：看过这句话再交，就是知道了
    if (draft.errors || draft.state === "changed") draft.first = this.form.elements.first.value;
  }

  async startOver() {
    const { length } = await this.shots.rows(), photos = length ? `和 ${length} 张照片、文件` : "";
    if (!window.confirm(`上次填的${photos}都不留，从头填？`)) return;
    this.letGo();
    await giveUp(this.draft);
    this.reload();
  }

  tell(words, kind) {
    this.isReminder = false;
    clear(this.status);
    this.status.className = `notice ${kind || ""}`;
    this.status.append(...[].concat(words).map((one) => (typeof one === "string" ? node("p", one) : one)));
    this.status.hidden = false;
  }

  /** 照片一选好就先传：还站在地里就知道收到没有、拍偏了没有。 */
  async carry() {
    if (this.sending || !navigator.onLine) return;
    try {
      const closed = await carryPhotos(this.draft);
      if (closed) this.tell(closed, "notice-risk");
    } catch (problem) {
      if (problem instanceof Stopped) this.stopped({ state: problem.state, ...problem.more });
      else if (!(problem instanceof Later)) throw problem;
    }
    await this.shots.show();
    await this.remind();
  }

  /** 照片到了不等于报了：在按钮上面说清楚；那里有别的话，不盖掉。 */
  async remind() {
    if (this.sending || !(this.status.hidden || this.isReminder)) return;
    const got = (await this.shots.rows()).filter((photo) => photo.state === "已收到").length;
    this.tell(`照片和文件已收到 ${got} 张，还没有上报：填好以后按“${this.submit.innerText.trim()}”。`);
    this.isReminder = true;
    if (!got) this.status.hidden = true;
  }

  /** 按几下只交一次：第一下就记住在交；交成了的离开这一页，不再交。 */
  async hand() {
    if (this.sending) return;
    this.sending = true;
    this.submit.disabled = true;
    try {
      this.sending = await this.handChecked();
    } catch (error) {
      this.sending = false;
      this.tell(BROKEN, "notice-risk");
      throw error;
    } finally {
      this.submit.disabled = false;
    }
    await this.shots.show();
  }

  /** 查过没有错的才交；返回交成了没有。 */
  async handChecked() {
    await this.shots.busy;
    const photos = await this.shots.rows(), wrong = problems(this.facts, fieldsOf(this.form), photos);
    this.show(wrong);
    if (Object.keys(wrong).length) return false;
    const tell = (done, total) => this.tell(`照片和文件共 ${total} 张，已收到 ${done} 张……`);
    this.tell(photos.length ? `正在传照片，共 ${photos.length} 张……` : "正在交……");
    if (!(await this.save())) return false;
    Object.assign(this.draft, await send(this.draft.client_key, { tell, isOnPage: true }));
    this.stopped(this.draft);
    return this.draft.state === "done";
  }

  /** 停在哪里，说一句。表还没有交、只是先传照片的，草稿还是草稿。 */
  stopped(report) {
    const { state } = report, log = node("a", "去登录", "button secondary");
    log.href = report.login || "/accounts/login/";
    if (state === "done") {
      this.letGo();
      this.done(report);
    } else if (state === "waiting") this.wait(report);
    else if (state === "login") this.tell([report.said || "登录超时了，还没有交。填的和照片都在这部手机里，登录以后接着交。", log], "notice-risk");
    else if (state === "changed" || (report.errors && report.errors.__all__)) this.reload();
    else if (state === "refused" && report.errors) this.show(report.errors);
    else this.tell(report.said, "notice-risk");
  }

  /** 重新打开，从头看起：要看的话在上面，按钮在下面。 */
  reload() {
    history.scrollRestoration = "manual";
    location.reload();
  }

  wait(report) {
    this.tell([OFFLINE, button("现在再试", () => this.hand(), "button secondary")], "notice-risk");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.hand(), pause(report.tries));
  }

  /** {格子: [句子]} 摆在各自的格子旁边，上面说一共几处；没有的格子说在上面。 */
  show(errors) {
    const { form } = this, names = Object.keys(errors);
    form.querySelectorAll(".error, .error-summary").forEach((one) => one.remove());
    form.querySelectorAll(".has-error").forEach((one) => one.classList.remove("has-error"));
    if (!names.length) return;
    const summary = node("div", "", "error-summary"), list = node("ul");
    summary.setAttribute("role", "alert");
    summary.append(node("h2", `还不能交，请先改下面 ${names.length} 处`), list);
    for (const name of names) this.mark(name, errors[name], list);
    form.prepend(summary);
    this.face(summary);
    if (!this.status.hidden) this.status.hidden = true;
  }

  mark(name, sentences, list) {
    const place = document.getElementById(`field-${name === "files" ? "camera" : name}`);
    for (const sentence of sentences) {
      const item = list.appendChild(node("li"));
      item.append(place ? Object.assign(node("a", sentence), { href: `#${place.id}` }) : sentence);
      if (!place) continue;
      place.classList.add("has-error");
      const head = place.querySelector("legend, label");
      head.parentNode.insertBefore(node("p", sentence, "error"), head.nextSibling);
    }
  }
}

/** 连上了、回到这一页了：等着网络的再交。 */
export function wake(page) {
  const again = async () => {
    const kept = page.draft && (await get("reports", page.draft.client_key));
    if (kept && kept.state === "waiting" && navigator.onLine) page.hand();
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
}
