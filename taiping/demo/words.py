"""演示记录里的话：田块整治一套，违法占用一套；没有真人、真地名。"""

from dataclasses import dataclass

RETURNS = ("请补拍全景后重报。", "照片上看不出地块边界。", "")
REMARKS = (
    "已经过了时限，请村里三天内说明原因并报进度。",
    "请驻村干部到现场看一次，帮着把困难协调解决。",
    "进度落后，下周例会请村支书当面汇报。",
)


@dataclass(frozen=True)
class Said:
    """exempt、defer 是依据和原因；not_for 是退回理由里用不上的字眼。"""

    exempt: tuple
    defer: tuple
    not_for: tuple

    def suits(self, reason):
        return not any(word in reason for word in (*self.not_for, "弄虚作假"))


FIELDS = Said(
    exempt=("实地是水稻田，影像拍在收割之后，不属流出。", "地里种着红苕，影像判错了。"),
    defer=("渠道断水，通水后再复耕。", "承包合同有争议，正在调解。", "上坡便道塌方，农机进不去。"),
    not_for=("批地", "供地"),
)
CASES = Said(
    exempt=("用地手续齐全，是图件没有更新。",),
    defer=("用地指标还没有下达，等区里安排。", "权属有争议，正在调解。"),
    not_for=("复耕", "复种", "只种"),
)
