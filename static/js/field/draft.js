/* 表和手机里的草稿：每动一下就存，打开同一块图斑就放回来；没有动过的不存。 */
import { all, put } from "./store.js";
import { today } from "./words.js";

const KEPT = ["step", "done_on", "amount", "area_mu", "external_ref", "note"];

/** 提交标识（UUID 第 4 版）。 */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const cuts = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]];
  return cuts.map(([from, to]) => hex.slice(from, to)).join("-");
}

/** 表上现在填的。 */
export function fieldsOf(form) {
  const found = {};
  for (const name of KEPT) {
    const control = form.elements[name];
    if (control) found[name] = control.value;
  }
  return found;
}

/** 没打开过的是一张新的；还没交的、没收下的接着填。 */
export async function draftFor(form, facts, user) {
  const mine = (await all("reports")).filter((one) => one.user === user && one.patch === facts.patch);
  const unsent = mine.filter((one) => one.state !== "done").sort((one, two) => two.made_at.localeCompare(one.made_at));
  if (unsent.length) return unsent[0];
  return {
    client_key: form.elements.client_key.value, user, patch: facts.patch, code: facts.code, place: facts.place,
    seen: form.elements.seen.value, first: form.elements.first.value, csrf: form.elements.csrfmiddlewaretoken
      ? form.elements.csrfmiddlewaretoken.value : "",
    fields: fieldsOf(form), made_at: new Date().toISOString(), opened_on: today(), state: "new", tries: 0, said: "",
  };
}

/** 草稿放回表上；步骤变了、没有那一项了的，留着表上现在的。 */
export function restore(form, draft) {
  form.elements.client_key.value = draft.client_key;
  for (const [name, value] of Object.entries(draft.fields)) {
    const control = form.elements[name];
    const offered = control && (!control.length || [...control].some((one) => one.value === value));
    if (control && offered) control.value = value;
  }
}

export async function save(form, draft) {
  Object.assign(draft, { fields: fieldsOf(form), made_at: new Date().toISOString() });
  if (draft.state === "new") draft.state = "draft";
  await put("reports", draft);
}
