"""工作组表里的成员格：孔令全、刘泽（镇长）、【各村支部书记】 ↔ 一个个成员。"""

from taiping.ground.texts import half_width, listed

SEPARATORS = "、，,;；\n"
OPENING, CLOSING = "（(【", "）)】"


def split_people(text):
    """拆开一格里的名字；括号里面的顿号不算。"""
    parts, part, depth = [], "", 0
    for letter in text:
        depth += (letter in OPENING) - (letter in CLOSING and depth > 0)
        if letter in SEPARATORS and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [part.strip() for part in (*parts, part) if part.strip()]


def written(cadre, post, cadres):
    """一个成员在格子里怎么写。cadre 是 (姓名, 职务)；cadres 是全部干部，看有没有重名。"""
    if not cadre:
        return f"【{post}】"
    name, duty = cadre
    return f"{name}（{duty}）" if duty and sum(other[0] == name for other in cadres) > 1 else name


class People:
    """干部名单：按格子里的写法找人。cadres 是 [(姓名, 职务)]。"""

    def __init__(self, cadres):
        self.by_name, self.by_full, self.known = {}, {}, set()
        for name, duty in dict.fromkeys(cadres):
            self.by_name.setdefault(name, []).append((name, duty))
            self.known.add((name, duty))
            if duty:
                self.by_full[half_width(f"{name}({duty})").replace(" ", "")] = (name, duty)

    def find(self, text):
        """格子里的一个写法 → (干部, 集体成员)，两样有一样；认不出抛 ValueError。"""
        if text.startswith("【") and text.endswith("】") and text[1:-1].strip():
            return None, text[1:-1].strip()
        if found := self.by_full.get(half_width(text).replace(" ", "")):
            return found, ""
        same = self.by_name.get(text, [])
        if (text, "") in self.known:
            return (text, ""), ""
        if len(same) == 1:
            return same[0], ""
        if same:
            choices = listed(same, "{0[0]}（{0[1]}）".format)
            raise ValueError(f"叫“{text}”的干部不止一个，请写明是哪一位：{choices}。")
        raise ValueError(
            f"“{text}”不在“干部”表里。如果是一个人，请在“干部”表里加上；"
            f"如果是不点名的集体成员，请写成【{text.strip('【】')}】。"
        )
