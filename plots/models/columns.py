"""图斑表的各列：表头 ↔ 字段。空白模板、导出的台账、导入，只认这一份。"""

import re
from dataclasses import dataclass

from django.db import models

from plots.models.choices import ENDED
from taiping.ground.area import MU_PER_HECTARE, MU_PER_SQM
from taiping.ground.tables import tidy_header


class Field(models.TextChoices):
    """一列是什么。面积分四种：单位写在表头里的，和说定是哪种单位的。"""

    CODE = "CODE", "图斑编号"
    VILLAGE = "VILLAGE", "村"
    VILLAGE_CODE = "VILLAGE_CODE", "村代码（坐落单位代码）"
    AREA = "AREA", "面积（单位看表头）"
    AREA_MU = "AREA_MU", "面积（亩）"
    AREA_SQM = "AREA_SQM", "面积（平方米）"
    AREA_HA = "AREA_HA", "面积（公顷）"
    PLACE = "PLACE", "小地名"
    CONTRACTOR = "CONTRACTOR", "承包人（项目主体）"
    LAND_BEFORE = "LAND_BEFORE", "变化前地类"
    LAND_AFTER = "LAND_AFTER", "变化后地类"
    REMEDY = "REMEDY", "整改路径"
    TARGET = "TARGET", "目标任务"
    STATUS = "STATUS", "状态（上传结果）"
    SENT_AT = "SENT_AT", "提交时间（上传结果）"
    REF = "REF", "上传编号（上传结果）"
    SENDER = "SENDER", "提交人（上传结果）"
    IGNORE = "IGNORE", "不导入"


AREAS = {Field.AREA_MU: 1, Field.AREA_SQM: MU_PER_SQM, Field.AREA_HA: MU_PER_HECTARE}
CLOUD = (Field.STATUS, Field.SENT_AT, Field.REF, Field.SENDER)
EXTRA = "EXTRA"  # 手工对列时：原样保留在“其他列”
# 字段 → 图斑的属性；这几项是事实，导入时直接改。
FACTS = {
    Field.PLACE: "place",
    Field.CONTRACTOR: "contractor",
    Field.LAND_BEFORE: "land_before",
    Field.LAND_AFTER: "land_after",
    Field.REMEDY: "remedy",
}


@dataclass(frozen=True)
class PatchColumn:
    """台账和模板的一列。"""

    field: Field
    header: str
    width: float = 14
    note: str = ""
    required: bool = False


PATCH_COLUMNS = (
    PatchColumn(Field.TARGET, "目标任务", 20),
    PatchColumn(Field.VILLAGE, "村", 10, "村名，或 12 位村代码。", True),
    PatchColumn(Field.CODE, "图斑编号", 22, "按下发的编号填，这一列是文本，长编号不会变样。", True),
    PatchColumn(Field.AREA_MU, "面积（亩）", 12, "按亩填，如 3.50。", True),
    PatchColumn(Field.PLACE, "小地名", 16),
    PatchColumn(Field.CONTRACTOR, "承包人（项目主体）", 18),
    PatchColumn(Field.LAND_BEFORE, "变化前地类", 14),
    PatchColumn(Field.LAND_AFTER, "变化后地类", 14),
    PatchColumn(Field.REMEDY, "整改路径", 18),
)
HEADERS = {column.field: column.header for column in PATCH_COLUMNS}
# 台账里由系统算出的列：三列都在，就是从台账导出的表，导入时认得、不读。
STATUS = "状态"
COMPUTED = (STATUS, "下一步", "截止日期")
# 做常态工作发现的才有：表里一块也没有，就没有这三列
FOUND_COLUMNS = ("发现日期", "制止日期", "制止通知书文号")
# 状态列写着这些的行已经不再算，导入时不读
ENDED_WORDS = ("已拆分", *(status.label for status in ENDED.values()))
STEP_DONE = "完成日期"
PAPERS = "整改材料"  # 台账里的，齐了几样：3/5
# 矢量数据：由图形算出的两列
MEASURED = "图形面积（亩）"
FOUND_VILLAGE = "所在村（按编号和村界认）"

UNIT_WORDS = {
    "亩": Field.AREA_MU,
    "平方米": Field.AREA_SQM,
    "m2": Field.AREA_SQM,
    "㎡": Field.AREA_SQM,
    "公顷": Field.AREA_HA,
    "hm2": Field.AREA_HA,
    "ha": Field.AREA_HA,
}
UNIT = "|".join(UNIT_WORDS)
WITH_UNIT = re.compile(rf"(.+?)[(\[/_:-]?(?:单位:?)?({UNIT})[)\]]?")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
UNIT_ALONE = {word: re.compile(rf"(?<![a-z]){word}(?![a-z0-9])") for word in UNIT_WORDS}


def units_in(text: object) -> set[Field]:
    """一句话里写的面积单位，如“单位：亩、个” → {AREA_MU}。"""
    text = tidy_header(text)
    return {field for word, field in UNIT_WORDS.items() if UNIT_ALONE[word].search(text)}
