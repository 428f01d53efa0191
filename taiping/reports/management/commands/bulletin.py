"""bulletin：把某一天的通报写成 Word，和网页下载的是同一份。"""

from django.core.management.base import BaseCommand, CommandError

from taiping.progress.management.options import add_output, add_question, question_of, write_file
from taiping.reports.bulletin import bulletin_name, write_bulletin
from taiping.reports.bulletin.docx import to_docx
from taiping.reports.bulletin.form import BulletinForm
from taiping.reports.bulletin.template import TemplateError


class Command(BaseCommand):
    help = "写一份《关于全镇耕地保护工作进展情况的通报》（Word，GB/T 9704-2012 版式）。"

    def add_arguments(self, parser):
        add_question(parser)
        add_output(parser, "通报.docx")
        parser.add_argument(
            "--number", metavar="文号", default="", help="发文字号；不写就留出空位手填"
        )
        parser.add_argument("--issuer", metavar="单位", help="发文单位；不写就用方案的发文单位")

    def handle(self, *, as_of, basis, year, plan, output, number, issuer, **options):
        question = question_of(as_of, basis, year, plan)
        form = BulletinForm({"number": number, "issuer": issuer})
        if not form.is_valid():
            raise CommandError(
                "".join(error for errors in form.errors.values() for error in errors)
            )
        given = form.cleaned_data
        bulletin = write_bulletin(
            question.plan,
            question.on,
            basis,
            number=given["number"],
            issuer=given["issuer"] or None,
        )
        try:
            content = to_docx(bulletin)
        except TemplateError as error:
            raise CommandError(str(error)) from None
        path = write_file(output, bulletin_name(question.on, basis), content)
        self.stdout.write(f"通报已写到 {path}，截至 {question.on}。")
