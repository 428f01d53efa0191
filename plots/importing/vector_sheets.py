"""矢量批次 → 表：每个图层一张，第 1 行是字段名，后面一行一个图形；图形跟着行号走。

导入图斑表的那一套（认列、读行、对比、写入）原样接着用。
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

from plots.geometry.whereabouts import Whereabouts
from plots.importing.layout import PatchSheet
from plots.importing.names import PLACED, Names
from plots.importing.progress import TIDYING, silent
from plots.models import Batch, Patch
from plots.models.columns import AREAS, FOUND_VILLAGE, MEASURED, Field
from taiping.ground.area import rounded
from taiping.ground.codes import code_key
from taiping.ground.geometry import crs as crs_tools
from taiping.ground.geometry.placing import place
from taiping.ground.geometry.reading import read_vector
from taiping.ground.geometry.shapes import Shape, load, tidy_shapes
from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError, as_decimal, as_text, clean_text, tidy, tidy_header
from villages.models import VillageBoundary

CRS = "坐标系"
SMALL_MU = 1  # 比这小的，量算面积的小数一位不舍
NAMED = 5  # 一句话里点几行
JUDGED_ROWS = 50  # 判断面积单位时最多看这么多行
UNITS = {Field.AREA_MU: "亩", Field.AREA_SQM: "平方米", Field.AREA_HA: "公顷"}


def vector_sheets(
    batch: Batch, content: bytes, suffix: str, names: Names, tick: Callable = silent
) -> list[PatchSheet]:
    """批次的矢量文件 → [PatchSheet]；读不了抛 TableError。tick(步骤, 收拾了几个图形, 一共) 报进度。"""
    layers = read_vector(content, suffix, batch.name)
    del content
    places = Places(batch.target)
    _name_apart(layers)
    meridian = Whereabouts().meridian
    given = (batch.crs, names, places, meridian, tick)
    sheets = [_sheet(layer, *given) for layer in layers if layer.rows]
    if not sheets:
        raise TableError("图层里一个图形也没有。请检查是不是导出错了图层。")
    if any(_has_code(sheet, names) for sheet in sheets):  # 同一个数据库里别的图层，不读
        for sheet in sheets:
            sheet.chosen["used"] = _has_code(sheet, names)
    return sheets


def _name_apart(layers):
    """不同文件夹里同名的图层编上号。"""
    taken = set()
    for layer in layers:
        name, number = clean_text(layer.name) or "图斑", 2
        layer.name = name
        while layer.name in taken:
            layer.name, number = f"{name}（{number}）", number + 1
        taken.add(layer.name)


def _has_code(sheet, names):
    return Field.CODE in names.fields_in(sheet.rows[0][1])


def _sheet(layer, chosen, names, places, meridian, tick):
    # 表头总在第 1 行
    sheet = PatchSheet(layer.name, chosen={"header": 1}, meridian=meridian, tick=tick)
    shapes = _shapes(sheet, layer, chosen)
    for number, shape in enumerate(shapes, start=2):
        sheet.shapes[number] = shape
        if shape.geometry is not None:
            sheet.measured[number] = shape.mu if shape.mu < SMALL_MU else rounded(shape.mu, 4)
    headers = _headers(sheet, layer, names)
    rows = [[tidy(value) for value in values] for values in layer.rows]
    _judge_units(sheet, headers, rows, names)
    sheet.rows = [(1, [*headers, MEASURED])]
    sheet.rows += [(n, [*values, sheet.measured.get(n)]) for n, values in enumerate(rows, start=2)]
    _leave_slivers(sheet, names)
    if not names.fields_in(headers) & PLACED:
        _add_villages(sheet, names, places)
    if layer.encoding == "gb18030":
        sheet.notes.append(f"“{layer.name}”的文字按 GBK 读，请在下面看看有没有乱码。")
    return sheet


def _shapes(sheet, layer, chosen):
    """收拾好的图形；坐标系定不下来的，sheet.doubt 说明，一个图形也不给。"""
    placing = place(layer, chosen, sheet.meridian)
    sheet.judged, sheet.doubt = placing.judged, placing.doubt
    sheet.notes += [*layer.notes, *placing.notes]
    if not placing.crs:
        return []
    tick = partial(sheet.tick, TIDYING)
    shapes = tidy_shapes(placing.geometries, placing.crs, taking=True, tick=tick)
    code, name = placing.crs.removeprefix("EPSG:"), crs_tools.short_name(placing.crs)
    sheet.crs = crs_tools.label(int(code)) if code.isdecimal() else name
    stray = next((shape for shape in shapes if shape.is_stray), None)
    if stray and not any(shape.geometry or shape.is_swapped for shape in shapes):
        sheet.doubt = f"{stray.problem.removesuffix('请核对坐标系。')}请在下面换一个坐标系。"
        return []
    for at, fault in layer.faults.items():
        shapes[at] = Shape(problem=fault)
    return shapes


def _headers(sheet, layer, names):
    """字段名；被截断又只像一项的补全，KML 里只有名称的当编号。"""
    headers = []
    for header in layer.fields:
        full = _completed(header, names) if header in layer.cut else ""
        if full:
            sheet.notes.append(f"字段“{header}”的名字被截断了，按“{full}”认。")
        headers.append(full or clean_text(header))
    if Field.CODE not in names.fields_in(headers):
        for at, header in enumerate(headers):
            if header.lower() in ("name", "名称"):
                headers[at] = f"{Field.CODE.label}（{header}）"
                break
    return headers


def _completed(header, names):
    """被截断的字段名补全：“图斑编”→“图斑编号”；像几项的不猜。"""
    if names.find(header):
        return ""
    start = tidy_header(header)
    found = {guess.field for text, guess in names.known.items() if text.startswith(start)}
    if found and found <= {Field.AREA, *AREAS}:
        return "图斑面积"
    return Field(found.pop()).label if len(found) == 1 else ""


def _judge_units(sheet, headers, rows, names):
    """面积没有写单位的，和图形一比就知道是亩、平方米还是公顷。"""
    for at, guess in names.columns_in(headers).items():
        if guess.field != Field.AREA:
            continue
        stated = measured = 0
        for number, values in enumerate(rows[:JUDGED_ROWS], start=2):
            amount = _amount(values[at])
            if amount and number in sheet.measured:
                stated += amount
                measured += float(sheet.measured[number])
        for unit, factor in AREAS.items():
            if stated and abs(stated * float(factor) / measured - 1) < 0.2:
                sheet.notes.append(f"“{headers[at]}”没有写单位，和图形一比是{UNITS[unit]}。")
                headers[at] = f"{headers[at]}（{UNITS[unit]}）"


def _amount(value):
    try:
        return float(as_decimal(value) or 0)
    except ValueError:
        return 0


def _leave_slivers(sheet, names):
    """碎屑：小得没有面积、文件里也没有写面积的图形，不挡着别的，说清是哪几行。"""
    columns = names.columns_in(sheet.rows[0][1])
    amounts = [at for at, use in columns.items() if use.field in (Field.AREA, *AREAS)]
    codes = [at for at, use in columns.items() if use.field == Field.CODE]
    slivers = {}
    for number, values in sheet.rows[1:]:
        shape = sheet.shapes.get(number)
        if shape and shape.is_sliver and not any(_amount(values[at]) for at in amounts):
            slivers[number] = " ".join(as_text(values[at]) for at in codes)
    if not slivers or len(slivers) == len(sheet.rows) - 1:
        return  # 一个好的也没有的，当作错说
    sheet.rows = [row for row in sheet.rows if row[0] not in slivers]
    told = []
    for number, code in list(slivers.items())[:NAMED]:
        told.append(f"第 {number} 行（{code}）" if code else f"第 {number} 行")
    more = " 等" if len(slivers) > NAMED else ""
    sheet.notes.append(
        f"有 {len(slivers)} 个图形太小，量不出面积，没有读：{'、'.join(told)}{more}。"
        "真是图斑的，请在制图软件里核对。"
    )


def _add_villages(sheet, names, places):
    header = sheet.rows[0][1]
    guesses = names.columns_in(header).items()
    code_at = next((at for at, guess in guesses if guess.field == Field.CODE), None)
    header.append(FOUND_VILLAGE)
    for number, values in sheet.rows[1:]:
        code = None if code_at is None else values[code_at]
        shape = sheet.shapes.get(number)
        values.append(places.village_of(code, shape and shape.geometry))
    sheet.notes.append("文件里没有写村：编号在系统里已有的用它的村，别的按村界认。")


class Places:
    """没有写村的图形在哪个村：先看编号在这项任务里是谁的，再看落在谁的村界里。"""

    def __init__(self, target):
        self.target = target
        self._codes = self._tree = None

    def village_of(self, code, geometry):
        """村名；认不出是 None。"""
        if self._codes is None:
            self._load()
        if name := self._codes.get(code_key(str(code))):
            return name
        if geometry is None or not self._names:
            return None
        hits = self._tree.query(geometry.representative_point(), predicate="within")
        return self._names[hits[0]] if len(hits) == 1 else None

    def _load(self):
        pairs = set(
            Patch.objects.filter(target=self.target).values_list("code_key", "village__name")
        )
        times = Counter(code for code, _ in pairs)
        self._codes = {code: name for code, name in pairs if times[code] == 1}
        boundaries = list(VillageBoundary.objects.values_list("village__name", "wkb"))
        self._names = [name for name, _ in boundaries]
        self._tree = shapely.STRtree([load(wkb) for _, wkb in boundaries])


def crs_of(sheets, batch):
    """预览页“坐标系”那一块：None 是没有图层；doubt 是要人确认的话。"""
    if batch.kind != Batch.Source.GEO or not sheets:
        return None
    doubts = [sheet for sheet in sheets if sheet.doubt]
    judged = next((sheet.judged for sheet in sheets if sheet.judged), None)
    chosen = int(batch.crs) if batch.crs else None
    used = sorted({sheet.crs for sheet in sheets if sheet.crs})
    guess = crs_tools.label(judged) if judged else ""
    return {
        "doubts": doubts,
        "used": used,
        "judged": judged,
        "guess": guess if guess not in used else "",  # 看数值像别的坐标系
        "selected": chosen or (judged if doubts else None),
        "chosen": chosen,
        "choices": crs_tools.choices(sheets[0].meridian, judged, chosen),
    }


def chosen_code(value):
    """人选的坐标系 → 存在批次上的代码；空是照文件写的。不能用的抛 TableError。"""
    if not value:
        return ""
    if not str(value).isascii():
        raise TableError(f"“{str(value)[:20]}”不是能用的坐标系，请从列出的里面选。")
    return str(crs_tools.code_of(value))
