"""导入图斑：表格（.xlsx、.xls、.csv）、矢量数据（.zip、.gpkg、.geojson、.kml、.txt），或上传结果：先检查，没有错才写。"""

from pathlib import Path

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError

from plots.importing import Refused, apply_batch, preview
from plots.importing.batches import forget, issue_refusal, new_batch
from plots.importing.kinds import HEAD, refusal_of
from plots.importing.messages import counts_text, headline, quota_text
from plots.importing.moves import NEW
from plots.importing.progress import Printed
from plots.importing.taking import REST_FOLLOW, answer_moves
from plots.importing.vector_sheets import chosen_code
from plots.models import Batch
from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.dates import parse_day
from taiping.ground.tables import TableError
from tasks.models import Target
from tasks.models.question import Question
from villages.accounts.audit_actor import acting, named_user

MOVED = {"follow": REST_FOLLOW, "new": NEW}
ASKED = "编号在别的村已有的：命令行上用 --moved follow（换了村，按更正办理）或 --moved new（另外一块，新增）说明。"


class Command(BaseCommand):
    help = (
        "导入图斑：import_patches 图斑.xlsx --target abandoned [--plan 2024] [--cloud] [--dry-run]"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            type=Path,
            metavar="文件",
            help="表格，或矢量数据（shapefile、.gdb 要压缩成 zip）",
        )
        parser.add_argument(
            "--target", required=True, metavar="代码", help="目标任务的代码，如 abandoned"
        )
        parser.add_argument("--plan", metavar="代码", help="哪一份方案；不写就是现在的")
        parser.add_argument("--year", type=int, metavar="年度", help="那一年最新的一份方案")
        parser.add_argument(
            "--crs", metavar="代码", help="矢量数据的坐标系，如 4527；不写就照文件写的"
        )
        parser.add_argument(
            "--sure", action="store_true", help=f"图形离本{actors.town}很远，核对过了，照样导入"
        )
        parser.add_argument(
            "--issued-on",
            metavar="日期",
            help="哪天下发的，新增的图斑从这天起算；不写就是今天",
        )
        parser.add_argument(
            "--moved",
            choices=MOVED,
            help="编号在别的村已有的：follow 是那一块换了村，按更正办理；new 是另外一块，新增。不写就问",
        )
        parser.add_argument("--dry-run", action="store_true", help="只说会改什么，不写")
        parser.add_argument(
            "--by", metavar="用户名", help="记在谁名下；改已有记录的面积、导入上传结果时必填"
        )
        parser.add_argument(
            "--with-hidden", action="store_true", help="连表格里隐藏的表、行、列一起读；平常不读"
        )
        parser.add_argument(
            "--cloud",
            action="store_true",
            help="是上传以后导出的结果（如国土调查云），按图斑编号记上传编号",
        )
        parser.add_argument(
            "--with-earlier",
            action="store_true",
            help="同时把前面的步骤按同一天上报（和 --cloud 一起用）",
        )
        parser.add_argument(
            "--skip-refused", action="store_true", help="跳过不能上报的行（和 --cloud 一起用）"
        )

    def handle(self, *args, by, **options):
        by = named_user(by, "plots.import_patches", f"{actors.town}工作人员或管理员")
        with acting(by, command="import_patches"):
            self.run(by=by, **options)

    def run(self, *, file, target, plan, year, by, cloud, dry_run, skip_refused, **options):
        target = find_target(target, year, plan)
        batch = self.make_batch(file, target, by, cloud, options)
        tick = Printed(self.stdout.write).tick
        given = {"by": by, "with_earlier": options["with_earlier"], "tick": tick}
        try:
            review = preview(batch, **given)
            if review.moves and options["moved"]:
                answer_moves(review, MOVED[options["moved"]], by=by)
                review = preview(batch, **given)
            self.tell(review)
            if not review.is_clean or (review.refusals and not skip_refused):
                raise CommandError("没有导入，请按上面说的改好再来。", returncode=1)
            far = review.far
            if far and not (options["sure"] or dry_run):
                guess = review.crs and review.crs["guess"]
                like = f"（看数值像“{guess}”）" if guess else ""
                raise CommandError(
                    f"{far.sentence}没有导入。坐标系不对的用 --crs 代码 换一个{like}；"
                    "真在那里的加上 --sure。",
                    returncode=1,
                )
            if dry_run or review.is_empty:
                self.stdout.write("试运行，什么也没有写。" if dry_run else "不用导入。")
                return
            sure = far.token if far else ""
            done = apply_batch(batch, review=review, skip_refused=skip_refused, sure=sure, **given)
            self.stdout.write(f"“{batch.target.name}”：{counts_text(done.counts)}。")
        except Refused as refusal:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            raise CommandError(str(refusal), returncode=1) from None
        finally:
            if not Batch.objects.filter(pk=batch.pk, applied_at__isnull=False).exists():
                forget(batch)  # 没有导入成的，连文件一起不留

    def make_batch(self, file, target, by, cloud, options):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"打不开 {file}：{error.strerror}。") from None
        if content and (refusal := refusal_of(file.name, content[:HEAD])):
            raise CommandError(refusal)
        if cloud and by is None:
            raise CommandError(f"上传结果要记在一位{actors.town}工作人员名下，请加上 --by 用户名。")
        try:
            crs = chosen_code(options["crs"])
        except TableError as error:
            raise CommandError(str(error)) from None
        return new_batch(
            ContentFile(content),
            file.name,
            target=target,
            kind=Batch.Source.CLOUD if cloud else Batch.Source.TABLE,
            by=by,
            crs=crs,
            issued_on=None if cloud else issue_day(target.plan, options["issued_on"]),
            with_hidden=options["with_hidden"],
        )

    def tell(self, review):
        self.stdout.write(headline(review))
        if review.unreadable:
            self.stderr.write(review.unreadable)
            return
        if review.hidden:
            how = "" if review.batch.with_hidden else "要一起读，请加上 --with-hidden。"
            self.stdout.write(f"提醒：{review.hidden_text}{how}")
        for note in review.notes:
            self.stdout.write(f"提醒：{note}")
        for warning in review.warnings:
            self.stdout.write(f"提醒：{warning}")
        if review.far:
            self.stdout.write(f"提醒：{review.far.sentence}")
        for problem in review.to_fix:
            self.stderr.write(str(problem))
        if review.moves:
            self.stderr.write(ASKED)
        if review.crs and review.crs["doubts"]:
            crs = review.crs
            codes = "、".join(f"{code} 是{label}" for code, label in crs["choices"][:1])
            self.stderr.write(
                f"坐标系用 --crs 代码 指明{f'，如 {codes}' if crs['selected'] else ''}。"
            )
        if review.file_count:
            self.stdout.write(quota_text(review)[0])
            self.stdout.write(f"和系统里的比：{counts_text(review.counts) or '没有变化'}。")


def issue_day(plan, given):
    """下发日期：没写就是今天。"""
    today = dates.today()
    try:
        on = parse_day(given or "") or today
    except ValueError as wrong:
        raise CommandError(str(wrong)) from None
    if refusal := issue_refusal(plan, on, today):
        raise CommandError(f"{refusal}命令行上用 --issued-on 日期。")
    return on


def find_target(code, year, plan):
    try:
        plan = Question.from_options(year=year, plan=plan).plan
    except ValueError as refusal:
        raise CommandError(str(refusal)) from None
    targets = {
        target.code: target for target in Target.objects.filter(plan=plan).select_related("plan")
    }
    if code not in targets:
        known = "、".join(
            f"{target.code}（{target.name}）" for target in targets.values() if target.by_patches
        )
        raise CommandError(f"{plan}里没有代码是“{code}”的目标任务。可以用：{known}。")
    if not targets[code].by_patches:
        raise CommandError(f"“{targets[code].name}”靠监测量，没有图斑可以导入。")
    return targets[code]
