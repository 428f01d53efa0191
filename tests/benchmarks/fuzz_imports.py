"""一万个改坏的文件：不出事故，也不悄悄丢行。不在测试里跑，要十来分钟：

python -m tests.benchmarks.fuzz_imports [--files 10000] [--seconds 1500] [--seed 1] [--keep 文件夹]

tests/worlds/corpus.py 里的文件一个个改：截断、改字节、插字节、压缩包里面的再改、文字里的换几个词。每一个照页面那样预览，
读得进的真的写入再退回。数据库是临时的 SQLite。读一个文件的用时、内存由 READ_SECONDS、READ_MEMORY_MB 管。
"""

import argparse
import io
import logging
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path

KINDS = ("读进来", "先问", "用话拒绝", "不对")
WORDS = [
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\r",
    "\n",
    "合计",
    "团碾",
    "#REF!",
    "1e400",
    "-",
    "null",
    "{}",
    "<a>",
    "&",
]
PIECES = (b"\0", b"\xff", b"\xff\xfe", b"\x00\x00\x00\x00", b"PK\x03\x04", b"\xef\xbb\xbf")


def main():
    given = _given()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        _set_up(folder)
        told, wrong, spent = run(given)
    for kind, counts in told.items():
        shown = "，".join(f"{name} {counts[name]}" for name in KINDS)
        sys.stdout.write(f"{kind}：{sum(counts.values())}（{shown}）\n")
    every = sum((Counter(counts) for counts in told.values()), Counter())
    shown = "，".join(f"{name} {every[name]}" for name in KINDS)
    sys.stdout.write(f"一共 {sum(every.values())}（{shown}），{spent:.0f} 秒，种子 {given.seed}\n")
    for name, why in wrong[:50]:
        sys.stdout.write(f"{name}\n{why}\n")
    return 1 if wrong else 0


def _given():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=1500, help="一共最多这么久")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="不对的文件留在这里")
    return parser.parse_args()


def _set_up(folder):
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/fuzz.sqlite3"
    os.environ["DATA_DIR"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taiping.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def run(given):
    """(种类 → 各种结果几个, [(文件, 哪里不对)], 秒)。"""
    from tests.worlds.corpus import cases
    from tests.worlds.import_town import ImportTown

    town, seeds, start = ImportTown(), list(cases()), time.monotonic()
    told, wrong, log = {}, [], Told()
    logging.getLogger().addHandler(log)
    logging.getLogger("taiping").handlers = [log]
    for number in range(given.files):
        if time.monotonic() - start > given.seconds:
            sys.stdout.write(f"到了 {given.seconds} 秒，试到第 {number} 个。\n")
            break
        chance = random.Random(f"{given.seed}-{number}")
        case = chance.choice(seeds)
        case = case._replace(content=mutated(case.content, chance))
        outcome, why = tried(town, case, log)
        told.setdefault(case.kind, Counter())[outcome] += 1
        if why:
            name = f"{given.seed}-{number}-{case.name}"
            wrong.append((f"{name}（{case.kind}，{case.what}）", why))
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / name).write_bytes(case.content)
    return told, wrong, time.monotonic() - start


class Told(logging.Handler):
    """记下的出错日志：话说得好听，里面出了意外的也算不对。"""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.records = []

    def emit(self, record):
        self.records.append(self.format(record))


def tried(town, case, log):
    """(结果, 哪里不对)；都对是空。写进去的都退回。"""
    from django.db import transaction

    from tests.worlds.tried import outcome_of

    log.records.clear()
    try:
        with transaction.atomic():
            outcome, _, said, review = outcome_of(town, case)
            why = _lost(case, review) if review else ""
            if review and review.is_clean and not review.is_empty:
                why = why or _applied(town, review)
            if outcome != KINDS[0] and not said.strip():
                why = "没有导入，也没有说为什么"
            if review:
                review.batch.file.delete(save=False)
            transaction.set_rollback(True)
    except Exception:
        return KINDS[3], traceback.format_exc()
    if log.records:
        return KINDS[3], log.records[0]
    return (KINDS[3], why) if why else (outcome, "")


def _applied(town, review):
    """真的写一遍：多出来的块数和说的一样。"""
    from plots.importing import Refused, apply_batch
    from plots.models import Patch

    before, new = Patch.objects.count(), len(review.found.new)
    try:
        apply_batch(review.batch, by=town.staff, review=review)
    except Refused:
        return "预览说能导入，导入时不收"
    added = Patch.objects.count() - before
    return "" if added == new else f"说新增 {new} 个，多了 {added} 个"


def _lost(case, review):
    """行数对得上：读到的每一行不是新增、改动、没变，就是说过的。"""
    found, reading = review.found, review.reading
    if review.unreadable:
        return ""
    if (
        review.is_clean
        and len(reading.rows) != len(found.new) + len(found.changed) + found.unchanged
    ):
        return f"读好 {len(reading.rows)} 行，对不上新增、改动、没变的"
    silent = [
        (layout.name, number)
        for layout in review.used
        if not layout.missing
        for number, values in layout.sheet.rows[layout.start :]
        if not _is_told(review, layout, number, values)
    ]
    if silent and review.is_clean:
        return f"这几行没有导入，也没有说：{silent[:5]}"
    return _swallowed(case, review)


def _is_told(review, layout, number, values):
    from plots.importing.totals import has_total

    reading = review.reading
    if all(value is None for value in values) or has_total(values):
        return True
    if any(row.number == number and row.sheet == layout.name for row in reading.rows):
        return True
    problems = [*review.problems, *reading.warnings]
    if any(problem.row == number for problem in problems):
        return True
    is_said = any(f"第 {number} 行" in note for note in review.notes)
    texts = [str(value) for value in values if value is not None]
    return is_said or _is_header(layout, values) or _is_numbers(texts)


def _is_header(layout, values):
    """又印了一遍的表头。"""
    headers = {use.header for use in layout.uses}
    return sum(1 for value in values if value in headers) >= 2


def _is_numbers(texts):
    return texts == [str(at) for at in range(1, len(texts) + 1)]


def _swallowed(case, review):
    """csv 里的几行落进了一格：一行里有换行，读得干净，就是吞掉了。"""
    if case.kind != "csv" or not review.is_clean or "换行" in case.what:
        return ""
    for layout in review.used:
        for number, values in layout.sheet.rows[layout.start :]:
            has_lines = any(isinstance(value, str) and value.count("\n") > 1 for value in values)
            is_said = review.warnings or any(str(number) in note for note in review.notes)
            if has_lines and not is_said:
                return f"第 {number} 行的一格里有几行，没有说"
    return ""


# 改坏


def mutated(content, chance):
    """改一到三处。"""
    for _ in range(chance.randint(1, 3)):
        if content[:2] == b"PK" and chance.random() < 0.6:
            content = _inside(content, chance)
        elif chance.random() < 0.4:
            content = _reworded(content, chance)
        else:
            content = _damaged(content, chance)
    return content


def _damaged(content, chance):
    raw, at = bytearray(content or b"?"), chance.randrange(max(len(content), 1))
    deed = chance.randrange(5)
    if deed == 0:
        raw[at] = chance.randrange(256)
    elif deed == 1:
        raw[at:at] = chance.choice(PIECES)
    elif deed == 2:
        del raw[at : at + chance.randint(1, 40)]
    elif deed == 3:
        del raw[at:]
    else:
        raw += raw[at : at + 200]
    return bytes(raw)


def _reworded(content, chance):
    """按文字改：插一个词，或者一段换个地方再来一遍。"""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        at = chance.randrange(len(text) + 1)
        if chance.random() < 0.7:
            return (text[:at] + chance.choice(WORDS) + text[at:]).encode(encoding)
        other = chance.randrange(len(text) + 1)
        return (text[:at] + text[other : other + 30] + text[at:]).encode(encoding)
    return _damaged(content, chance)


def _inside(content, chance):
    """压缩包里面的一个文件改坏，再包起来。"""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # 已经改坏了的
        return _damaged(content, chance)
    if not files:
        return content
    name = chance.choice(sorted(files))
    files[name] = chance.choice((_damaged, _reworded))(files[name], chance)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, body in files.items():
            archive.writestr(each, body)
    return stream.getvalue()


if __name__ == "__main__":
    sys.exit(main())
