"""各处是怎么说的：命令行的 JSON、周报、通报、台账，都读成一样的几样数；wanted 是另算一遍该是多少。"""

import io
import json
import re
from decimal import Decimal

from django.core.management import call_command
from django.http import QueryDict
from openpyxl import load_workbook

from plots.models import Patch
from plots.pages.patch_list.filters import PatchFilter
from plots.pages.patch_list.rows import totals
from taiping.reports.bulletin import write_bulletin
from taiping.reports.weekly import weekly_workbook

ACTORS = ("VILLAGE", "TOWN", "DISTRICT")
CENT = Decimal("0.01")


def wanted(figures):
    """{任务: {样: 数}}，只要靠图斑量、那天有图斑的。"""
    found = {}
    for code, row in figures["targets"].items():
        if row.get("patches", (0,))[0]:
            names = ("patches", "reported", "confirmed", "exempt", "deferred", "overdue")
            found[code] = {name: row[name] for name in names}
            found[code]["owed"] = [row["owed"].get(actor, 0) for actor in ACTORS]
    return found


def in_json(plan, on, basis):
    out = io.StringIO()
    asked = {"as_of": on.isoformat(), "basis": basis, "plan": plan.code, "format": "json"}
    call_command("progress", **asked, stdout=out)
    return {
        row["code"]: {
            **{
                name: (row[f"{name}_count"], Decimal(row[name]))
                for name in ("reported", "confirmed", "exempt")
            },
            "deferred": row["deferred_count"],
            "overdue": sum(row["overdue_by"].values()),
            "owed": list(row["overdue_by"].values()),
        }
        for row in json.loads(out.getvalue())["targets"]
        if row["patch_count"]
    }


def weekly(plan, on, basis):
    return load_workbook(io.BytesIO(weekly_workbook(plan, on, basis)))


CARRIED = "已结转\n（个）"


def in_workbook(book, targets):
    """总表的一行：上报、核实、核减各有数量和个数，暂缓，逾期（合计，村、镇、区该办）。"""
    found, by_name = {}, {target.name: target.code for target in targets if target.by_patches}
    lines = [*book["总表"].iter_rows(values_only=True)]
    head = next(place for place, line in enumerate(lines) if line[0] == "目标任务")
    for line in lines[head + 1 :]:
        cells = list(line)
        if CARRIED in lines[head]:
            del cells[lines[head].index(CARRIED)]
        if cells[0] in by_name and cells[5] is not None:
            found[by_name[cells[0]]] = {
                "reported": (cells[5], _number(cells[4])),
                "confirmed": (cells[7], _number(cells[6])),
                "exempt": (cells[18], _number(cells[17])),
                "deferred": cells[19],
                "overdue": cells[14],
                "owed": cells[20:23],
            }
    return found


def _number(value):
    return Decimal(str(value))


def listed_in(book, name, column):
    """清单一样的表里，这一列的字，一块图斑一行；空的没有。"""
    rows = [*book[name].iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if "图斑编号" in row)
    place = rows[head].index(column)
    code = rows[head].index("图斑编号")
    return [row[place] for row in rows[head + 1 :] if row[code]]


def bulletin(plan, on, basis):
    """(各段的字, 附件里各村的表)。"""
    written = write_bulletin(plan, on, basis)
    texts = [block.lead + block.text for block in written.blocks if block.kind == "paragraph"]
    found = [annex.blocks for annex in written.annexes if annex.title.startswith("各村")]
    tables = found[0] if found else []
    return texts, {row[1]: [int(cell) for cell in (*row[2:5], row[6])] for row in _rows(tables)}


def _rows(tables):
    return [row for table in tables for row in table.rows]


def in_bulletin(texts):
    """总体情况的一句：(图斑, 逾期, [村、镇、区该办])；还没有图斑是 None。"""
    whole = "".join(texts)
    found = re.search(r"各项任务共有图斑(\d+)个，(?:其中(\d+)个逾期（(.*?)）)?", whole)
    if not found:
        return None
    count, late, parts = found.groups()
    by_words = dict(re.findall(r"(村该办|镇该办|区该办)(\d+)个", parts or ""))
    owed = [int(by_words.get(words, 0)) for words in ("村该办", "镇该办", "区该办")]
    return int(count), int(late or 0), owed


def ledger(user, query):
    """台账照这些条件筛出来的。"""
    query = query.removeprefix("/patches/?")
    return PatchFilter(QueryDict(query), queryset=Patch.objects.visible_to(user), user=user)


def sums_of(filters):
    """(个, 亩, 问到的步骤上做了的亩)。"""
    count, area = totals(filters.qs)
    steps = filters.ledger.asked_steps(
        filters.conditions.get("state"), filters.conditions.get("milestone")
    )
    done = filters.ledger.amounts(filters.qs, steps)[0] if steps else None
    return count, area + filters.ledger.more_mu(filters.qs), done
