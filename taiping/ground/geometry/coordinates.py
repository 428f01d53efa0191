"""KML 的一串坐标：逗号旁边空了格、写成全角、用分号隔开的，只有一种读法就读；不然说清哪里认不出。"""

from __future__ import annotations

Point = tuple[float, float]
QUOTED = 24
PLAIN = str.maketrans("０１２３４５６７８９．，、－；;", "0123456789.,,-  ")
HOW = "应当写成“经度,纬度,高程”，两个点之间空一格，如“110.05,30.05,0 110.06,30.05,0”"


class Unreadable(ValueError):
    """认不出的坐标；word 是认不出的那几个字。"""

    def __init__(self, word: str):
        self.word = word[:QUOTED]
        super().__init__(f"坐标“{self.word}”认不出。{HOW}。")


def points_of(text: str) -> list[Point]:
    """“经度,纬度,高程 …”→ [(经度, 纬度)]；认不出抛 Unreadable。"""
    text = text.translate(PLAIN)
    words = ",".join(part.strip() for part in text.split(",")).split()
    words = [word.strip(",") for word in words]
    places = [[_number(piece, word) for piece in word.split(",")] for word in words if word]
    if all(len(place) in (2, 3) for place in places):
        return [(place[0], place[1]) for place in places]
    if all(len(place) == 1 for place in places) or len(places) == 1:
        flat = []
        for place in places:
            flat += place
        return _in_turn(flat, text)
    wrong = next(at for at, place in enumerate(places) if len(place) not in (2, 3))
    raise Unreadable([word for word in words if word][wrong])


def _number(piece, word):
    try:
        return float(piece)
    except ValueError:
        raise Unreadable(word) from None


def _in_turn(numbers, text):
    """一个接一个的数：两个一组还是三个一组，只有一种围得成圈、又是经纬度的才算数。"""
    found = []
    for size in (2, 3):
        points = [tuple(numbers[at : at + 2]) for at in range(0, len(numbers), size)]
        is_ring = len(numbers) % size == 0 and len(points) >= 4 and points[0] == points[-1]
        if is_ring and all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in points):
            found.append(points)
    if len(found) != 1:
        raise Unreadable(text.strip())
    return found[0]
