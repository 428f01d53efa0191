"""其他列存成什么名字：和系统自己写的列同名的换一个，同名的编上号，写进台账、再导回来都认得。"""

from plots.models.columns import (
    COMPUTED,
    FOUND_COLUMNS,
    FOUND_VILLAGE,
    HEADERS,
    MEASURED,
    PAPERS,
    STEP_DONE,
)
from taiping.ground.tables import ERROR_HEADER, tidy_header

OURS = (*COMPUTED, *FOUND_COLUMNS, PAPERS, ERROR_HEADER, MEASURED, FOUND_VILLAGE)
OWN = {tidy_header(header) for header in (*HEADERS.values(), *OURS)}


def extra_keys(uses) -> dict[int, str]:
    """其他列的名字：和台账自己的表头重名的前面加“原表”，同名的编上号。"""
    keys, taken, numbers = {}, set(), {}
    for use in uses:
        key = " ".join(use.label.split())
        is_own = tidy_header(key) in OWN or key.endswith(STEP_DONE)
        key = f"原表{key}" if is_own and not key.startswith("原表") else key
        same, number = key, numbers.get(key, 2)
        while same in taken:
            same, number = f"{key}（{number}）", number + 1
        keys[use.index], numbers[key] = same, number
        taken.add(same)
    return keys
