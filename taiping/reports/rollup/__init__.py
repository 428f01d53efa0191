"""区里的汇总：各镇 progress --format json 的文件 → 一本 Excel。只读文件，不碰数据库。"""

from taiping.reports.rollup.reading import NothingToRead, Rollup, read_folder
from taiping.reports.rollup.workbook import rollup_workbook

__all__ = ["NothingToRead", "Rollup", "read_folder", "rollup_workbook"]
