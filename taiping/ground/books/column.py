"""一列：表头、列宽、样子。"""

from dataclasses import dataclass, replace

from taiping.ground.books import styles
from taiping.ground.books.styles import Style


@dataclass(frozen=True)
class Column:
    """一列：表头，列宽，表头上的说明，可选的值，数字格式。

    group 是两层表头的上层，相邻同名的并在一起；starts_group 说这一列另起一组，哪怕和前一组同名。
    nests 说这一列的字照 SheetWriter.row 给的层数缩进。
    """

    header: str
    width: float | None = 14
    note: str = ""
    choices: tuple[str, ...] = ()
    number_format: str = ""
    required: bool = False
    style: Style = styles.FIELD
    group: str = ""
    starts_group: bool = False
    nests: bool = False

    def continues(self, before: "Column") -> bool:
        return bool(self.group) and self.group == before.group and not self.starts_group

    @property
    def settled(self) -> "Column":
        """称呼照设置的表头（taiping.ground.actors.said）到写的时候定下来。"""
        return replace(self, header=str(self.header), note=str(self.note))
