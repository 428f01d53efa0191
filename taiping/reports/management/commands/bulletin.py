"""bulletin：把某一天的通报写成 Word，和网页下载的是同一份。"""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from taiping.progress.management.options import add_output, add_question, question_of, write_file
from taiping.progress.question import DashboardQuery
from taiping.reports.bulletin import bulletin_name, write_bulletin
from taiping.reports.bulletin.docx import to_docx
from taiping.reports.bulletin.form import BulletinForm
from taiping.reports.bulletin.letter import Letter
from taiping.reports.bulletin.template import TemplateError
from tasks.models.question import Question

GIVEN = ("number", "issuer", "signed_on", "head", "mark", "copies", "printer", "printed_on")


class Command(BaseCommand):
    help = "写一份《关于……工作进展情况的通报》（Word，GB/T 9704-2012 版式）。"

    def add_arguments(self, parser):
        add_question(parser)
        add_output(parser, "通报.docx")
        parser.add_argument(
            "--number", metavar="文号", default="", help="发文字号；不写就留出空位手填"
        )
        parser.add_argument("--issuer", metavar="单位", help="发文单位；不写就用方案的发文单位")
        parser.add_argument("--signed-on", metavar="日期", help="成文日期；不写就是今天")
        parser.add_argument(
            "--since", metavar="日期", help="上期截至哪天；不写就是七天前，第一期写 none"
        )
        parser.add_argument("--head", metavar="red|blank", help="红头画出来，还是留空套红头纸")
        parser.add_argument("--mark", metavar="字", help="红头上的字；不写就是发文单位加“文件”")
        parser.add_argument("--copies", metavar="机关", help="版记里的抄送；不写就没有这一行")
        parser.add_argument("--printer", metavar="机关", help="版记里的印发机关；不写就用发文单位")
        parser.add_argument("--printed-on", metavar="日期", help="印发日期；不写就是成文日期")

    def handle(self, *, as_of, basis, year, plan, output, since, **options):
        question = question_of(as_of, basis, year, plan)
        given = {name: options.get(name) or "" for name in GIVEN}
        form = BulletinForm(given)
        if not form.is_valid():
            raise CommandError(
                "".join(error for errors in form.errors.values() for error in errors)
            )
        bulletin = write_bulletin(
            question.plan,
            question.on,
            basis,
            before=before_of(question, since),
            letter=Letter.of(question.plan, form.cleaned_data),
        )
        try:
            content = to_docx(bulletin)
        except TemplateError as error:
            raise CommandError(str(error)) from None
        path = write_file(output, bulletin_name(question.plan, question.on, basis), content)
        self.stdout.write(f"通报已写到 {path}，截至 {question.on}。")


def before_of(question: Question, since: str | None) -> date | None:
    """上期截至哪天，和网页一样认；写错了、不早于这一期的说清楚。"""
    params = {"plan": question.plan.code, "on": question.on.isoformat(), "since": since}
    asked = DashboardQuery.from_params(params)
    if asked.problems:
        wrong = asked.problems[0].partition("下面")[0].rstrip("，；")
        raise CommandError(f"--since：{wrong}。")
    return asked.before
