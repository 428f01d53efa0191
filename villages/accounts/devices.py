"""浏览器自报的名字 → 哪台设备，用人话说。自报的不作准，只用来认人自己的几台。"""

SYSTEMS = [
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
]
BROWSERS = [
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "火狐"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("Chrome", "谷歌内核浏览器"),
    ("Safari", "Safari"),
]


def device_of(agent: str) -> str:
    """浏览器自报的名字 → “安卓手机 · 微信”。"""
    known = [_first_named(SYSTEMS, agent), _first_named(BROWSERS, agent)]
    return " · ".join(name for name in known if name) or "认不出的设备"


def kind_of(agent: str) -> str:
    """浏览器自报的名字 → 哪一种设备，不管是哪个浏览器、哪一版；认不出的是空的。

    微信里点下载，来取文件的是手机自己的下载工具，不报浏览器；鸿蒙手机上的它报安卓，所以两样算一种。
    """
    return _first_named(SYSTEMS, agent).replace("鸿蒙", "安卓")


def _first_named(names, agent):
    for word, name in names:
        if word in agent:
            return name
    return ""
