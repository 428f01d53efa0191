/* 表上的照片和文件：拍一张、选几张都加在后面，看得见大小和有没有位置，不要的去掉。 */
import { distance, farText, whereNow } from "./ground.js";
import { prepared, thumb } from "./photo.js";
import { forget } from "./send.js";
import { photosOf, put, remove } from "./store.js";
import { button, clear, node, sizeText } from "./words.js";

const NEAR = 50;

/** 一张照片在哪里，一句话；服务器说过的以它为准。 */
function about(photo, facts) {
  if (photo.state === "不收" || photo.state === "已收到") return photo.said;
  if (!photo.is_photo) return "";
  const far = photo.place && facts.outline ? distance(photo.place, facts.outline) : 0;
  if (far > NEAR) return `有位置，在图斑外约 ${farText(far)}，拍错了请重拍`;
  return photo.place ? "有位置" : "没有位置";
}

function sizes(photo) {
  const sent = photo.bytes.byteLength;
  const was = sent < photo.original_size ? `（原照片 ${sizeText(photo.original_size)}）` : "";
  return `${sizeText(sent)}${was}`;
}

/** changed() 在多了、少了一张以后；problem(句子) 在存不下的时候。 */
export class Shots {
  constructor(form, facts, draft, { changed, problem }) {
    Object.assign(this, { form, facts, draft, changed, problem });
    this.list = form.querySelector("[data-shots]");
    this.original = form.querySelector("[data-original]");
    this.busy = Promise.resolve();
    this.original.hidden = !facts.px;
    this.list.hidden = false;
    form.classList.add("with-list");
    if (window.isSecureContext) form.querySelector("[data-position-hint]").hidden = false;
    for (const input of form.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => this.take(input));
      if (input.files.length) this.take(input); // 脚本还没到的时候就选好了的
    }
  }

  rows() {
    return photosOf(this.draft.client_key);
  }

  /** 选好的一张张缩小、存进手机；位置随后到，传以前等它。 */
  take(input) {
    const files = [...input.files], isShot = input.hasAttribute("capture");
    input.value = ""; // 同一格还能再拍；照片不跟着表走
    const where = whereNow();
    this.busy = this.busy.then(async () => {
      for (const file of files) await this.add(file, where, isShot ? "SHOT" : "PICKED");
      await this.show();
      this.changed();
    });
  }

  async add(file, where, when) {
    const side = this.original.querySelector("input").checked ? 0 : this.facts.px;
    const wait = this.list.appendChild(node("li", `${file.name} 正在缩小……`, "shot"));
    try {
      const row = await prepared(file, side), rows = await this.rows();
      const n = rows.reduce((most, one) => Math.max(most, one.n), 0) + 1;
      const kept = { ...row, client_key: this.draft.client_key, n, when };
      await put("photos", kept);
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
      const place = row.is_photo ? await where : null;
      if (place) await put("photos", { ...kept, device: [place[1], place[0], place[2]].join(",") });
    } catch (error) {
      this.problem(`“${file.name}”没能存进手机：手机存储满了，或这张照片读不出。前面的都还在；请腾出一些空间，再选一次。`);
    } finally {
      wait.remove();
    }
  }

  async drop(photo) {
    await remove("photos", [photo.client_key, photo.sha256]);
    forget(this.draft, photo);
    await this.show();
    this.changed();
  }

  async show() {
    const rows = await this.rows(), items = [];
    for (const photo of rows) items.push(await this.item(photo));
    clear(this.list);
    this.list.append(...items);
  }

  async item(photo) {
    const item = node("li", "", "shot"), words = node("div"), said = about(photo, this.facts);
    const picture = await thumb(photo);
    const isBad = photo.state === "不收" || said.includes("图斑外") || said.includes("没有位置");
    words.append(node("p", photo.name, "shot-name"));
    if (photo.state === "已收到") words.append(node("span", "已收到", "tag tag-done"));
    if (said) words.append(node("p", said, isBad ? "shot-warn small" : "small"));
    words.append(node("p", sizes(photo), "quiet small"));
    if (photo.device) words.append(node("p", `${photo.when === "SHOT" ? "拍照时" : "选照片时"}手机的位置已记下`, "quiet small"));
    const gone = button("去掉", () => this.drop(photo), "button secondary small");
    gone.setAttribute("aria-label", `去掉 ${photo.name}`);
    item.append(...[picture, words, gone].filter(Boolean));
    return item;
  }
}
