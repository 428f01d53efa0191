"""用 axe-core 看一页有没有挡着人的地方：读屏读不出、颜色看不清、没有名字的格子。

一条规则也不关，只有 ALLOWED 写明的那几页、那几条，旁边是为什么。换成深色只变颜色，所以深色里只再看管
颜色的规则；手机宽的会收起、换版式，全部再看一遍。
axe-core 由 axe-playwright-python 带着，不向外要。
"""

from importlib.resources import files

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
# 颜色正在慢慢变的先变完；页面上没有自己响的声音、视频，也没有锁住方向的样式，不用为它们先取文件
VIOLATIONS = """async (only) => {
  document.getAnimations().forEach((one) => one.finish());
  const asked = {resultTypes: ["violations"], preload: false, ...only};
  const found = await axe.run(asked);
  return found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 20).map((node) => [rule.id, node.target.join(" "), node.html.slice(0, 160)]));
}"""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}

# (规则, 哪一页)：为什么可以
ALLOWED = {
    ("meta-refresh", "/screen/"): "大屏挂在墙上没有人按，每分钟自己换成新的；要细看有总览",
}


class Inspector:
    """看过的页和在每一页上见到的；最后 told() 一次全说。"""

    def __init__(self):
        self.found, self.seen = {}, 0
        self.script = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

    def look(self, page, where, on_a_phone=False):
        """page 要是电脑的宽、浅色；看完还它原样。"""
        self.seen += 1
        page.evaluate(self.script)
        self.ask(page, where, "浅色", {})
        page.emulate_media(color_scheme="dark")
        self.ask(page, where, "深色", COLOURS)
        if on_a_phone:
            page.set_viewport_size(PHONE)
            self.ask(page, where, "手机深色", {})
            page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light")

    def ask(self, page, where, how, only):
        for rule, target, html in page.evaluate(VIOLATIONS, only):
            if (rule, where) not in ALLOWED:
                self.found.setdefault((rule, target, html), []).append(f"{where}（{how}）")

    def told(self):
        return "\n\n".join(
            f"{rule} {target}\n  {html}\n  {len(places)} 处：{'、'.join(places[:4])}"
            for (rule, target, html), places in self.found.items()
        )
