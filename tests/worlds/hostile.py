"""别人故意写的文字：由模式自己拼出来的难缠的字，和“长了四倍，用的 CPU 时间长了几倍”。"""

import time
from itertools import product
from re import _constants as sre
from re import _parser as parser

SMALL, TIMES = 2000, 4
FLOOR = 0.0005  # 短的都用不到半毫秒，不用再看长的
TOO_MUCH = 9  # 和长度成正比是 4 倍，按平方是 16 倍
CATEGORIES = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_DIGIT: "x",
    sre.CATEGORY_NOT_WORD: "-",
    sre.CATEGORY_NOT_SPACE: "x",
}
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
COMMON = ["1", "x", " ", "\n", "'", '"', "<", "(", "村"]
ENDS = ["", "\x00", " !"]


def cpu(run, tries=3):
    """跑一遍用的 CPU 时间（秒），几次里最少的：别的进程再忙，也不算在这个线程上。"""
    spent = []
    for _ in range(tries):
        started = time.thread_time()
        run()
        spent.append(time.thread_time() - started)
    return min(spent)


def times_longer(run, make, small, floor=FLOOR):
    """make(长度) 的东西交给 run，长了四倍，CPU 时间是几倍；长的也用不到四个 floor 秒的是 0。"""
    short, long = make(small), make(small * TIMES)
    if cpu(lambda: run(long), tries=1) < floor * TIMES:
        return 0
    return cpu(lambda: run(long)) / max(cpu(lambda: run(short)), floor)


def too_slow(pattern, methods):
    """(方法, 拼成的字的开头)：找的时间比字长得快的，一种一种地给。"""
    is_bytes = isinstance(pattern.pattern, bytes)
    for method, piece in product(methods, pieces(pattern)):
        run = runner(pattern, method)
        make = maker(*piece, is_bytes=is_bytes)
        text = make(SMALL)
        if cpu(lambda run=run, text=text: run(text), tries=1) < FLOOR:
            continue
        # 机器忙时量一次不准：两次都这样才算
        if all(times_longer(run, make, SMALL) > TOO_MUCH for _ in range(2)):
            yield method, make(40)


def runner(pattern, method):
    if method == "sub":
        return lambda text: pattern.sub(
            lambda found: "" if isinstance(found[0], str) else b"", text
        )
    return getattr(pattern, method)


def maker(head, body, end, *, is_bytes):
    def make(length):
        text = head + (body * (length // len(body) + 1))[:length] + end
        return text.encode() if is_bytes else text

    return make


def pieces(pattern):
    """由模式拼出的 (开头, 反复的一段, 末尾)：它的字、词、一类里的字，单个的、两两的、像到一半的。"""
    flags = pattern.flags & ~(sre.SRE_FLAG_UNICODE if isinstance(pattern.pattern, bytes) else 0)
    tree = parser.parse(pattern.pattern, flags)
    atoms = list(dict.fromkeys([*sampled(tree), *COMMON]))[:16]
    whole = witness(tree, least=1)
    starts = list(dict.fromkeys(whole[:length] for length in range(1, min(len(whole), 24) + 1)))
    bodies = [
        *atoms,
        *(one + other for one, other in product(atoms, repeat=2) if one != other),
        *starts,
    ]
    bodies += [start + atom for start in starts[:12] for atom in atoms]
    heads = ["", *starts[::3], whole]
    yield from (("", body, end) for body in bodies for end in ENDS)
    yield from ((head, atom, end) for head in heads for atom in atoms for end in ENDS[:2])


def sampled(tree):
    """模式里的词和每一类里的一个字。"""
    word = ""
    for operation, value in tree:
        if operation is sre.LITERAL:
            word += chr(value)
            yield chr(value)
            continue
        if len(word) > 1:
            yield word
        word = ""
        if operation in (sre.IN, sre.NOT_LITERAL, sre.ANY):
            yield one_of(operation, value)
        for inside in branches(operation, value):
            yield from sampled(inside)
    if len(word) > 1:
        yield word


def branches(operation, value):
    if operation in REPEATS:
        return [value[2]]
    if operation is sre.SUBPATTERN:
        return [value[3]]
    if operation is sre.BRANCH:
        return value[1]
    if operation in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if operation is sre.ATOMIC_GROUP else []


def one_of(operation, value):
    """这一类里的一个字。"""
    if operation is sre.ANY:
        return "x"
    if operation is sre.NOT_LITERAL:
        return "x" if value != ord("x") else "y"
    if value[0][0] is sre.NEGATE:
        barred = {chr(item) for kind, item in value if kind is sre.LITERAL}
        return next(letter for letter in "xa1-.村" if letter not in barred)
    kind, item = value[0]
    if kind is sre.CATEGORY:
        return CATEGORIES[item]
    return chr(item[0] if kind is sre.RANGE else item)


def witness(tree, least):
    """像样的一段：每样重复至少 least 次，分岔走第一条；往前往后看的不管。"""
    text = ""
    for operation, value in tree:
        if operation is sre.LITERAL:
            text += chr(value)
        elif operation in (sre.IN, sre.NOT_LITERAL, sre.ANY):
            text += one_of(operation, value)
        elif operation in REPEATS:
            text += witness(value[2], least) * min(max(value[0], least), 30)
        elif operation is not sre.ASSERT and operation is not sre.ASSERT_NOT:
            inside = branches(operation, value)
            text += witness(inside[0], least) if inside else ""
    return text


def loops_within_loops(tree, inside=False):
    """没有上限的重复套着没有上限的重复：对不上时要试的走法成倍地多，几十个字就算不完。"""
    for operation, value in tree:
        endless = operation in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[1] is sre.MAXREPEAT
        if endless and inside:
            return True
        if any(loops_within_loops(each, inside or endless) for each in branches(operation, value)):
            return True
    return False
