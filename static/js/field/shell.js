/* 没有网络时的一页：地址是“我的任务”就列任务，是上报就摆出那张表；都照手机里留的一份。 */
import { latest } from "./checks.js";
import { newKey } from "./draft.js";
import { ReportPage, wake } from "./form.js";
import { distance, farText } from "./ground.js";
import { Outbox } from "./outbox.js";
import { all } from "./store.js";
import { clear, daysText, daysTo, fixToday, longDate, moment, node } from "./words.js";

const REPORT = /^\/patches\/(\d+)\/report\/$/, SVG = "http://www.w3.org/2000/svg";
const SOON = 7, WIDTH = 320, HEIGHT = 200, MARGIN = 24;
const place = document.getElementById("place");

function hue(task) {
  if (task.returned || daysTo(task.due) < 0) return "late";
  return daysTo(task.due) <= SOON ? "risk" : "none";
}

function card(task, isOneVillage) {
  const made = node("a", "", `card task-card card-${hue(task)}`), top = node("span", "", "task-top");
  made.href = `/patches/${task.patch}/report/`;
  top.append(node("span", task.place || task.code, "task-code"));
  if (task.returned) top.append(node("span", "退回", "tag tag-late"));
  top.append(node("span", daysText(task.due), `tag tag-${hue(task)}`));
  const facts = [!isOneVillage && task.village, task.place && task.code, `${task.area} 亩`].filter(Boolean);
  made.append(top, node("span", facts.join(" · "), "task-fact"));
  made.append(node("span", task.target + (task.is_demo ? " · 演示数据" : ""), "task-fact quiet"));
  if (task.returned) made.append(node("span", `退回到“${task.returned.step}”：${task.returned.text}`, "task-said"));
  if (task.part) made.append(node("span", `已报 ${task.part.done} 亩，还剩 ${task.part.left} 亩`, "task-fact"));
  const next = made.appendChild(node("span", "", "task-next")), step = node("span", "下一步 ", "task-step");
  step.append(node("strong", task.step));
  next.append(step, node("span", task.due_text, "quiet nowrap"));
  return made;
}

function showTasks(kept) {
  const list = node("ul", "", "cards task-cards"), villages = new Set(kept.tasks.map((task) => task.village));
  document.querySelector("h1").textContent = "我的任务";
  if (!kept.tasks.length) place.append(node("p", "眼下没有要办的图斑。", "empty"));
  for (const task of kept.tasks) list.appendChild(node("li")).append(card(task, villages.size === 1));
  place.append(list);
}

function radio(label, value, text, at, name) {
  const made = label.cloneNode(true), input = made.querySelector("input");
  Object.assign(input, { value, id: `id_${name}_${at}`, checked: at === 0 });
  made.htmlFor = input.id;
  made.lastChild.textContent = ` ${text}`;
  return made;
}

/** 空表照这一块的样子填好：步骤、还剩多少、要不要上传编号。 */
function fill(form, task) {
  const steps = form.querySelector("#field-step"), ref = form.querySelector("#field-external_ref").parentNode;
  const label = steps.querySelector("label.choice"), files = form.querySelector("#field-camera legend");
  if (task.steps.length === 1) steps.remove();
  else label.replaceWith(...task.steps.map((step, at) => radio(label, String(step.pk), step.label, at, "step")));
  form.querySelectorAll("#field-amount label.choice").forEach((one, at) => { one.lastChild.textContent = ` ${task.amounts[at]}`; });
  form.elements.amount.value = "whole";
  Object.entries({ client_key: newKey(), seen: task.seen, first: task.first, done_on: latest(task) }).forEach(([name, value]) => {
    form.elements[name].value = value;
  });
  for (const [isLater, words] of task.lacking.slice().reverse()) {
    files.parentNode.insertBefore(node("p", words, `lacking${isLater ? " only-together" : ""}`), files.nextSibling);
  }
  if (!task.ref_help) ref.remove();
  else {
    if (task.ref_label) ref.querySelector("label").firstChild.textContent = task.ref_label;
    ref.querySelector(".hint").textContent = task.ref_help;
  }
  if (task.ref_help && !task.steps[0].needs_ref) ref.className = "only-together";
  const words = form.querySelector("button[type=submit]");
  clear(words);
  if (task.buttons.length > 1) words.append(node("span", "上报", "step-plain"));
  task.buttons.forEach((text) => words.append(node("span", text, "step-words")));
}

function facts(box, task) {
  const head = node("p", `${task.village}${task.place ? ` · ${task.place}` : ""} · `);
  head.append(node("strong", `${task.area} 亩`));
  const next = node("p", "下一步 ");
  next.append(node("strong", task.step), `，${task.due_text} `, node("span", daysText(task.due), `tag tag-${hue(task)}`));
  const whose = [task.target, task.contractor, task.is_demo ? "演示数据" : ""].filter(Boolean).join(" · ");
  box.append(head, node("p", whose, "quiet"), next);
  if (task.part) box.append(node("p", `这一步已报 ${task.part.done} 亩，还剩 ${task.part.left} 亩。`));
}

/** 图斑的样子和人的位置：上北下南。 */
function draw(svg, rings) {
  const points = [].concat(...rings), lon = points.map((one) => one[0]), lat = points.map((one) => one[1]);
  const [west, east, south, north] = [Math.min(...lon), Math.max(...lon), Math.min(...lat), Math.max(...lat)];
  const squeeze = Math.cos((south * Math.PI) / 180);
  const scale = Math.min((WIDTH - 2 * MARGIN) / ((east - west) * squeeze), (HEIGHT - 2 * MARGIN) / (north - south));
  const at = ([x, y]) => [
    WIDTH / 2 + (x - (west + east) / 2) * squeeze * scale, HEIGHT / 2 - (y - (south + north) / 2) * scale,
  ];
  const path = document.createElementNS(SVG, "path"), dot = document.createElementNS(SVG, "circle");
  path.setAttribute("d", rings.map((ring) => `M${ring.map((one) => at(one).map((n) => n.toFixed(1)).join(" ")).join("L")}Z`).join(""));
  dot.setAttribute("r", 6);
  svg.append(path);
  svg.removeAttribute("hidden");
  if (!navigator.geolocation) return;
  const said = svg.parentNode.insertBefore(node("p", "", "quiet small"), svg.nextSibling);
  navigator.geolocation.watchPosition(({ coords }) => {
    const here = [coords.longitude, coords.latitude], far = distance(here, rings), [x, y] = at(here);
    dot.setAttribute("cx", Math.min(WIDTH - 8, Math.max(8, x)));
    dot.setAttribute("cy", Math.min(HEIGHT - 8, Math.max(8, y)));
    svg.append(dot);
    said.textContent = far ? `您离图斑约 ${farText(far)}（误差约 ${Math.round(coords.accuracy)} 米），上北下南` : "您在图斑里";
  }, () => {}, { enableHighAccuracy: true, maximumAge: 15000 });
}

async function showReport(kept, task) {
  const made = document.getElementById("report-form").content.cloneNode(true);
  document.querySelector("h1").textContent = `上报 ${task.code}`;
  place.append(made);
  const form = place.querySelector("form"), back = place.querySelector("[data-returned]");
  facts(place.querySelector(".report-facts"), task);
  if (task.returned) {
    back.append(node("p", `退回到“${task.returned.step}”（${longDate(task.returned.day)}）`), node("p", task.returned.text));
    back.hidden = false;
  }
  if (task.outline) draw(place.querySelector("[data-outline]"), task.outline);
  fill(form, task);
  const page = new ReportPage(form, { ...kept.rules, ...task }, kept.user, { done: (report) => location.assign(report.next) });
  await page.open();
  wake(page);
}

async function open() {
  const kept = (await all("tasks"))[0], found = location.pathname.match(REPORT);
  if (!kept) {
    place.append(node("p", "这部手机里还没有留任务：有网络时打开一次“我的任务”，以后没有网络也能看、能填。", "empty"));
    return;
  }
  fixToday(kept.rules.fixed_day);
  document.getElementById("since").textContent = `现在连不上，看的是${moment(kept.at)} 留在这部手机里的一份。填好先存着，有网络自动交。`;
  const task = found && kept.tasks.find((one) => one.patch === Number(found[1]));
  if (task) {
    await showReport(kept, task);
    return;
  }
  new Outbox(document.getElementById("outbox"), kept.user).open();
  if (found || location.pathname !== "/my/") place.append(node("p", "这一页要有网络才能看。手机里有的是下面这些。", "notice"));
  showTasks(kept);
}

document.getElementById("again").addEventListener("click", (event) => {
  event.preventDefault();
  location.reload();
});
window.addEventListener("online", () => { if (!location.pathname.match(REPORT)) location.reload(); });
open();
