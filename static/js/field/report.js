/* 上报页：有脚本的手机走这里；没有脚本，表照旧整张交。 */
import { ReportPage, wake } from "./form.js";
import { removeReport } from "./store.js";

const form = document.querySelector(".report-form");
const facts = JSON.parse(document.getElementById("report-facts").textContent);
const page = new ReportPage(form, facts, Number(document.body.dataset.user), {
  done: (report) => removeReport(report.client_key).then(() => location.assign(report.next)),
});
page.open().then(() => wake(page));
