"""方案表的每张表各有哪些列：表头、类型、选项、长度都从模型来，这里只加说明。"""

from dataclasses import dataclass, replace

from django.db import models

from taiping.ground.actors import said
from taiping.ground.exact import ExactField
from taiping.ground.points import PointsField
from tasks.models import (
    Allocation,
    Duty,
    Membership,
    Milestone,
    Plan,
    Reading,
    RemedyItem,
    RemedyRoute,
    Requirement,
    ScoreItem,
    Subsidy,
    Target,
    WorkingGroup,
)
from villages.models import Cadre, Village

POSITIONS = Membership.Position
REFERENCES = {  # 引用哪一类的行
    WorkingGroup: "group",
    Target: "target",
    Milestone: "milestone",
    Village: "village",
    ScoreItem: "score_item",
    Duty: "duty",
    RemedyRoute: "route",
}
HEADERS = {"target": "目标代码", "on": "日期", "route": "路径代码"}  # 比模型里的叫法更像表格的
TARGET_NAME = "target_name"  # 代码旁边给人看的名称，不存
LARGEST = {models.PositiveSmallIntegerField: 32767, models.PositiveIntegerField: 2147483647}


@dataclass(frozen=True)
class PlanColumn:
    """一列：field 是模型的字段（组长等成员列是职务代码），blank 是空格子的意思。"""

    field: str
    header: str
    kind: str
    required: bool = False
    blank: str | int | bool | tuple | None = None
    hint: str = ""
    width: float = 14
    largest: int | None = None
    model_field: models.Field | None = None
    most: str = ""  # 可以写一段（1–3）的：最多的存在哪一格
    in_sheet: bool = True  # 表里有没有自己的一列；JSON 里总有

    @property
    def choices(self) -> dict[str, str]:
        """代码 → 表里写的；称呼照设置，所以用的时候才问。"""
        pairs = (self.model_field and self.model_field.choices) or ()
        return {value: str(label) for value, label in pairs}


@dataclass(frozen=True)
class PlanTable:
    """一类行：kind 是内部的名字，key 是认同一行的字段。"""

    kind: str
    title: str
    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[PlanColumn, ...]

    @property
    def sheet_columns(self) -> tuple[PlanColumn, ...]:
        return tuple(column for column in self.columns if column.in_sheet)

    def column(self, name: str) -> PlanColumn | None:
        return next((column for column in self.columns if column.field == name), None)

    @property
    def word(self) -> str:
        return self.model._meta.verbose_name


def _column(model, name, hint="", width=14):
    source = model._meta.get_field(name)
    kind = REFERENCES[source.related_model] if source.is_relation else _kind(source)
    has_blank = source.null or source.blank or source.has_default() or name == "order"
    if source.has_default() and name not in ("created_at", "order"):
        blank = source.get_default()
    else:
        blank = "" if kind in ("text", "slug", "choice") else None
    return PlanColumn(
        name,
        HEADERS.get(name, str(source.verbose_name)),
        kind,
        required=not has_blank,
        blank=blank,
        hint=hint or source.help_text,
        width=width,
        largest=LARGEST.get(type(source)),
        model_field=source,
    )


def _ranged(model, name, hint):
    """最少的和最多的：表里写在一格（1–3），存成两格。"""
    most = f"{name}_most"
    return (
        replace(_column(model, name, hint), most=most),
        replace(_column(model, most), in_sheet=False),
    )


def _kind(source):
    if source.choices:
        return "choice"
    for cls, kind in (
        (models.SlugField, "slug"),
        (models.BooleanField, "bool"),
        (PointsField, "points"),
        (ExactField, "decimal"),
        (models.DateTimeField, "moment"),
        (models.DateField, "date"),
        (models.IntegerField, "int"),
    ):
        if isinstance(source, cls):
            return kind
    return "text"


def _table(kind, title, model, key, *columns):
    made = [
        column if isinstance(column, PlanColumn) else _column(model, *column) for column in columns
    ]
    return PlanTable(kind, title, model, key, tuple(made))


def _people(position, hint=""):
    return PlanColumn(position.value, position.label, "people", blank=(), hint=hint, width=24)


NAME_BESIDE = PlanColumn(
    TARGET_NAME,
    "目标任务名称",
    TARGET_NAME,
    blank="",
    hint="系统按代码填的，给人看；可以空着，写了要和代码是同一项",
    width=24,
)
PEOPLE_HINT = (
    "干部的姓名，用顿号隔开；重名写成 姓名（职务）；不点名的写在【】里，如【各村支部书记】"
)
PLAN = _table(
    "plan",
    "方案",
    Plan,
    ("code",),
    ("year", "四位数的年份，一份文件只写一份方案"),
    ("title", "方案的全称"),
    ("issuer", "发文的单位，如 ××镇人民政府"),
    ("starts_on", "如 2024-01-01"),
    ("ends_on", "如 2024-12-31"),
    ("warn_days",),
    ("note",),
    ("code", "不写就是年度；同一年度另有一份方案时写上，如 2024-grain"),
    ("subject",),
    ("upload_label",),
)
VILLAGE = _table(
    "village",
    "村",
    Village,
    ("name",),
    ("name", "简称，如 东村；其他写法放在别名里"),
    ("code", "", 18),
    ("aliases", "", 36),
    ("order", "不填就按表里的先后", 8),
)
GROUP = _table(
    "group",
    "工作组",
    WorkingGroup,
    ("name",),
    ("name", "全称，同一年度不能重名", 36),
    ("parent", "上级的名称，要在本表里；专班自己留空", 24),
    _people(POSITIONS.LEADER, PEOPLE_HINT),
    _people(POSITIONS.DEPUTY, "写法同组长"),
    _people(POSITIONS.OFFICE_HEAD, "写法同组长"),
    _people(POSITIONS.MEMBER, "写法同组长"),
    ("duties", "可以空着", 48),
    ("office", "可以空着", 16),
    ("clause", "如 二（一）", 12),
    ("order", "不填就按表里的先后", 8),
    PlanColumn(
        "ranks",
        "成员排序",
        "ranks",
        blank=(),
        width=14,
        hint="一般留空：按组长、副组长、办公室主任、成员写的先后排。要另外排，就按同样的先后写每个人的序号，如 2、1、3",
    ),
)
TARGET = _table(
    "target",
    "目标任务",
    Target,
    ("code",),
    ("code", "英文小写，同一年度不重复，如 abandoned；导入图斑时用它", 16),
    ("name", "简短好认的，各页、各种表都用它", 24),
    ("kind", "底线：不能低于的；工作量：要做到的；问题清单：一个一个销号的", 10),
    ("measured_by", "图斑：按图斑逐个量；监测：按录入的数。底线只能选监测，问题清单只能选图斑", 12),
    ("unit", "不填就是亩；靠图斑量的只能是亩", 8),
    ("decimals", "0 到 6，不填就是 2", 10),
    ("quota", "", 14),
    ("quota_count", "", 10),
    ("group", "工作组表里的名称", 30),
    ("clause", "如 一；二（二）", 20),
    ("wording", "方案里的原话；可以空着", 40),
    ("villages_may_add", "不填就是否", 12),
    ("villages_may_enter", "不填就是否；只用于靠监测量的任务", 12),
    ("parent", "是另一项任务的一部分（其中）的，写那一项的代码或名称；不是就留空", 16),
    ("order", "不填就按表里的先后", 8),
)
MILESTONE = _table(
    "milestone",
    "时间节点",
    Milestone,
    ("target", "code"),
    ("target", "目标任务表里的代码", 16),
    NAME_BESIDE,
    ("order", "从 1 起，同一任务不重复；不填就按表里的先后", 8),
    ("code", "英文小写，同一任务不重复，如 replant", 14),
    ("name", "如 复耕复种，同一任务不重复", 16),
    ("starts_on", "如 2024-09-01；没定就留空"),
    ("due_on", "如 2024-09-30；没定就留空，按方案结束日期判断"),
    ("wording", "方案里的原话；可以空着", 44),
    ("actor", "不填就是村", 10),
    ("min_photos", "不填就是 0", 12),
    ("needs_external_ref", "叫什么写在方案一张里；不填就是否", 14),
    ("quota", "到这一步要完成的数；留空就是整项任务的任务数", 12),
    ("quota_count", "个；留空就是整项任务的任务个数", 10),
)
ALLOCATION = _table(
    "allocation",
    "任务分解",
    Allocation,
    ("target", "village"),
    ("target", "目标任务表里的代码", 16),
    NAME_BESIDE,
    ("village", "村名、别名或村代码", 14),
    ("lot", "", 10),
    *_ranged(Allocation, "quota", "空就是未分解，不是 0；每村可多可少的写一段，如 1–3"),
    *_ranged(Allocation, "quota_count", "个；空就是未分解，不是 0；也可以写一段，如 1–3"),
)
CADRE = _table(
    "cadre",
    "干部",
    Cadre,
    ("name", "post"),
    ("name", "方案里点到名的人", 14),
    ("post", "", 24),
    ("order", "不填就按表里的先后", 8),
)
READING = _table(
    "reading",
    "监测",
    Reading,
    ("target", "village", "on", "value", "source", "created_at"),
    ("target", "目标任务表里的代码，只能是靠监测量的", 16),
    NAME_BESIDE,
    ("village", said("村名；空就是全{镇}"), 12),
    ("on", "如 2024-06-30"),
    ("value", "按这项任务的单位", 16),
    ("source", "", 36),
    ("created_at", "系统填的，新加的行留空。监测只增不改：改了数就是新录入一条", 28),
)
DUTY = _table(
    "duty",
    "常态工作",
    Duty,
    ("code",),
    ("code", "英文小写，同一年度不重复，如 patrol", 14),
    ("name", "", 24),
    ("who", said("不填就是{村}"), 10),
    ("every", "不填就是不定期", 10),
    ("required", "", 12),
    ("unit", "不填就是次", 8),
    ("group", "工作组表里的名称", 30),
    ("problem_target", "目标任务表里的代码，只能是靠图斑量的；不添加图斑就留空", 16),
    ("clause", "如 三（三）二", 16),
    ("wording", "", 48),
    ("order", "不填就按表里的先后", 8),
)
SUBSIDY = _table(
    "subsidy",
    "奖补标准",
    Subsidy,
    ("code",),
    ("code", "英文小写，同一方案里不重复，如 abandoned", 16),
    ("name", "", 24),
    ("target", "目标任务表里的代码，只能是靠图斑量的；文件没有写明就空着", 16),
    NAME_BESIDE,
    ("milestone", "做到哪一步才得：时间节点表里这项任务的代码，如 check", 14),
    ("per", "亩：按完成的面积；个：按完成的个数", 10),
    ("rate", "每亩或每个多少元；空就是还没有填，不是 0", 14),
    ("ceiling", "一个村最多多少元；空就是不封顶", 14),
    ("basis", "如 ×委办〔2024〕36号", 28),
    ("clause", "如 四（二）", 12),
    ("order", "不填就按表里的先后", 8),
)
REQUIREMENT = _table(
    "requirement",
    "工作要求",
    Requirement,
    ("clause",),
    ("clause", "如 四（二），一条一行", 12),
    ("title", "几个字的小标题，如 强化资金保障", 20),
    ("wording", "", 60),
    ("menu", "", 16),
    ("order", "不填就按表里的先后", 8),
)
SCORE_ITEM = _table(
    "score_item",
    "考核项",
    ScoreItem,
    ("code",),
    ("code", "英文小写，同一年度不重复，如 restore-rate", 16),
    ("name", "", 24),
    ("section", "大项的代码，要在本表里；大项自己、不分大项的留空", 14),
    ("full", "", 8),
    ("rule", "不填就是人工。大项只写名称和满分，下面的项才评分", 12),
    ("target", "目标任务表里的代码；按完成率、完成得满分的要写，扣分的可以只数这一项的", 16),
    NAME_BESIDE,
    ("duty", said("常态工作表里的代码，只能是由{村}里做的；目标任务、常态工作只写一样"), 14),
    ("reached", said("不填就是{村}里上报；靠监测量的不分"), 12),
    ("counted", "", 18),
    ("each", "", 8),
    ("off", "", 8),
    ("floor", "", 10),
    ("ceiling", "", 10),
    ("outside", "加分项、扣分项写是；不填就是否", 10),
    ("assessor", "", 16),
    ("clause", "", 16),
    ("order", "不填就按表里的先后", 8),
)
ROUTE = _table(
    "route",
    "整改路径",
    RemedyRoute,
    ("code",),
    ("code", "英文小写，不重复，如 facility；定了不要再改", 16),
    ("name", "各年度合用；导入图斑时写这个名称", 28),
    ("order", "不填就按表里的先后", 8),
    ("in_use", "不填就是是；停用的不再列出", 8),
)
ITEM = _table(
    "item",
    "整改材料",
    RemedyItem,
    ("route", "name"),
    ("route", "整改路径表里的代码", 16),
    ("name", "同一条路径不重复", 20),
    ("hint", "填的人看得到", 36),
    ("needs_number", "如备案编号、应到人数；不填就是否", 12),
    ("needs_date", "如会议日期；不填就是否", 10),
    ("needs_file", "照片、扫描件或文档；不填就是否", 10),
    ("order", "不填就按表里的先后", 8),
    ("in_use", "不填就是是；停用的不再要，已经交的留着", 8),
)
TABLES = (
    PLAN,
    VILLAGE,
    GROUP,
    TARGET,
    MILESTONE,
    ALLOCATION,
    DUTY,
    REQUIREMENT,
    SCORE_ITEM,
    ROUTE,
    ITEM,
    CADRE,
    READING,
    SUBSIDY,
)
# 成员在工作组表里是列，在 JSON 里是行；认同一条成员靠 组、职务、干部（姓名、职务）、集体成员。
MEMBER = PlanTable(
    "member",
    "工作组成员",
    Membership,
    ("group", "position", "cadre", "post"),
    (
        _column(Membership, "group"),
        _column(Membership, "position"),
        PlanColumn("cadre", "干部", "cadre"),
        _column(Membership, "post"),
        _column(Membership, "order"),
    ),
)
BY_KIND = {table.kind: table for table in (*TABLES, MEMBER)}
BY_TITLE = {table.title: table for table in TABLES}
BY_MODEL = {table.model._meta.label_lower: table for table in (*TABLES, MEMBER)}
ORDER = (
    "village",
    "cadre",
    "plan",
    "group",
    "member",
    "target",
    "milestone",
    "subsidy",
    "allocation",
    "duty",
    "requirement",
    "score_item",
    "route",
    "item",
    "reading",
)
INSIDE = (  # 删的时候先删这些
    "score_item",
    "duty",
    "member",
    "allocation",
    "subsidy",
    "milestone",
    "requirement",
)
DELETABLE = (*INSIDE, "target", "group")
