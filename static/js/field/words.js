/* 几处一样的小事：造一个标签，写大小、日期、还有几天。 */
export function node(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function button(text, act, className) {
  const made = node("button", text, className || "linklike");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export function clear(element) {
  while (element.firstChild) element.firstChild.remove();
}

export function sizeText(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

let fixed = "";

/** 演示时系统里的今天是固定的一天，由服务器给；空的照手机的钟。 */
export function fixToday(day) {
  fixed = day || "";
}

/** 今天：2024-10-20。 */
export function today() {
  if (fixed) return fixed;
  const now = new Date(), two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** 2024-09-05 → 2024年9月5日。 */
export function longDate(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

/** 手机的钟上的一刻：9月5日 08:30。 */
export function moment(at) {
  const time = new Date(at), two = (number) => String(number).padStart(2, "0");
  return `${time.getMonth() + 1}月${time.getDate()}日 ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** 离截止还有几天（负的是过了）。 */
export function daysTo(due) {
  return Math.round((Date.parse(due) - Date.parse(today())) / 86400000);
}

export function daysText(due) {
  const days = daysTo(due);
  if (days === 0) return "今天截止";
  return days > 0 ? `还有 ${days} 天` : `逾期 ${-days} 天`;
}

/** 把 {名字} 换成给的值。 */
export function filled(sentence, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.split(`{${name}}`).join(value), sentence);
}
