/* 没交以前先查一遍：话和服务器是同一句（plots.pages.report.facts 给的），省得传完照片才知道。 */
import { filled, longDate, sizeText, today } from "./words.js";

const MB = 1024 * 1024;
const WRITTEN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** 面积那一格写的数；服务器不当它是数的（“3,5”）是 NaN。 */
function number(text) {
  const plain = text.trim().normalize("NFKC");
  return WRITTEN.test(plain) ? Number(plain) : NaN;
}

/** 今天，照手机的钟；钟慢了的，照服务器说过的。 */
export const latest = (facts) => (today() < facts.today ? facts.today : today());

function about(facts, sentence, area) {
  return filled(facts.words[sentence], { area: String(area).trim(), left: facts.left });
}

function areaProblem(facts, fields) {
  const written = (fields.area_mu || "").trim(), area = number(written), left = Number(facts.left);
  if (written && Number.isNaN(area)) return facts.words.area_not_number;
  if (fields.amount === "whole") return written && area !== left ? about(facts, "whole_or_part", written) : "";
  if (!written || area <= 0) return facts.words.area_needed;
  return area > left ? about(facts, "area_too_large", written) : "";
}

function dayProblem(facts, day) {
  if (!day) return facts.words.day_needed;
  const given = { day: longDate(day), today: longDate(latest(facts)) };
  if (day > latest(facts)) return filled(facts.words.not_yet, given);
  return day < facts.earliest ? filled(facts.too_early, given) : "";
}

/** 要做完的每一步缺什么：照片和上传编号，各是一串话。 */
function lackings(facts, fields, photos) {
  const chosen = facts.steps.findIndex((step) => String(step.pk) === fields.step);
  const steps = facts.steps.slice(0, Math.max(chosen, 0) + 1);
  const count = photos.filter((photo) => photo.is_photo).length;
  const named = (step, words) => (facts.steps.length > 1 ? `“${step.name}”` : "") + `${words}。`;
  const short = steps.filter((step) => step.photos > count);
  const unnumbered = steps.filter((step) => step.needs_ref && !(fields.external_ref || "").trim());
  return {
    camera: short.map((step) => named(step, filled(facts.words.lacking_photos, { count: step.photos - count }))),
    external_ref: unnumbered.map((step) => named(step, filled(facts.words.lacking_ref, { label: facts.ref_label || "上传编号" }))),
  };
}

function fileProblems(facts, photos) {
  const found = [];
  if (photos.length > facts.max_files) found.push(filled(facts.words.too_many, { count: photos.length }));
  for (const photo of photos) {
    const size = photo.bytes.byteLength, most = photo.is_photo ? facts.photo_mb : facts.file_mb;
    const sentence = photo.is_photo ? facts.words.large_photo : facts.words.large_file;
    if (size > most * MB) found.push(`“${photo.name}”${filled(sentence, { size: sizeText(size).replace(" MB", "") })}。`);
    if (photo.state === "不收") found.push(photo.said);
  }
  return found;
}

/** {格子的名字: [句子]}；没有不对的是空的。photos 是表上的照片和文件。 */
export function problems(facts, fields, photos) {
  const area = areaProblem(facts, fields), day = dayProblem(facts, fields.done_on), found = {};
  const isPart = fields.amount === "part" && (area || number(fields.area_mu) < Number(facts.left));
  if (day) found.done_on = [day];
  if (area) found.area_mu = [area];
  if (isPart && !area && fields.step && fields.step !== String(facts.first)) {
    found.step = [filled(facts.words.one_by_one, { step: facts.steps[0].name })];
  }
  const files = fileProblems(facts, photos), lacking = isPart ? {} : lackings(facts, fields, photos);
  if (files.length) found.files = files;
  for (const name of ["camera", "external_ref"]) if (lacking[name] && lacking[name].length) found[name] = lacking[name];
  return found;
}
