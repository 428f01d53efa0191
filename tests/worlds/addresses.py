"""全站的地址：每一条的名字、写着参数的路径，和参数换成随便一个合法的值的路径；页面上的表单。"""

import re
from html.parser import HTMLParser

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
PLACEHOLDERS = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}


def routes(resolver=None, prefix="", namespace=""):
    """(名字, 写着参数的路径)。"""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(getattr(entry.pattern, "_route", "") or "")
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, route, inside)
        elif isinstance(entry, URLPattern) and hasattr(entry.pattern, "_route"):
            yield f"{namespace}{entry.name}", "/" + route


def walk():
    """(名字, 路径)：参数换成随便一个合法的值。"""
    for name, route in routes():
        yield name, PARAMETER.sub(lambda found: PLACEHOLDERS.get(found[1], "x"), route)


def site_urls():
    """后台以外的。"""
    return [(name, path) for name, path in walk() if not name.startswith("admin:")]


class Fields(HTMLParser):
    """页面上各张表单里的格子：[(地址, {名字: 值})]。"""

    def __init__(self, page):
        super().__init__()
        self.forms, self.select = [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("method", "get"), given.get("action") or "", {}))
        elif tag in ("input", "textarea", "select", "button") and self.forms and given.get("name"):
            self.forms[-1][2].setdefault(given["name"], given.get("value") or "")
            self.select = given["name"] if tag == "select" else self.select
        elif tag == "option" and self.select and given.get("value") and self.forms:
            self.forms[-1][2][self.select] = given["value"]
