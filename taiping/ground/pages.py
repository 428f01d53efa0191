"""页面用的模板：全站是 Jinja2，这里是它的环境；Django 自带的模板只给后台。"""

import re
from functools import lru_cache
from typing import Any

from django.forms import renderers
from django.http import QueryDict
from django.template import defaultfilters, loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat
from django.utils.functional import cached_property
from django.utils.html import json_script
from django.utils.timezone import template_localtime
from jinja2 import Environment, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import _escape_inner

from taiping.ground import display, money
from taiping.ground.actors import actors

WIDE = "\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef"  # 汉字和全角标点
JOINT = re.compile(
    rf"\{{#[^#]{{0,2000}}#\}}|(?<=[{WIDE}])\n[ \t]{{0,80}}(?=[{WIDE}]|\{{\{{ actors\.)"
)
NOTHING = "{#-\n-#}"  # 两边的空白都不要；里面留一个换行，出错时说的行号才对


class ChineseLines(Extension):
    """汉字和汉字之间换行，页面上不多一个空格：长句子可以分几行写。"""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return JOINT.sub(lambda found: NOTHING if found[0][0] == "\n" else found[0], source)


class Values(CodeGenerator):
    """写到页面上的值转义成字就行，不用都包成 Markup：一页有几千个，包一层比转义还慢。"""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Pages(Environment):
    code_generator_class = Values

    @staticmethod
    def escaped(value: Any) -> str:
        """和 markupsafe.escape 写出来的一样：它自己也是这样转义，再包一层。"""
        if type(value) is str:
            return _escape_inner(value)
        return value.__html__() if hasattr(value, "__html__") else _escape_inner(str(value))


def environment(**options) -> Environment:
    """给 settings.TEMPLATES 里 Jinja2 一项用的环境。转义由 Django 打开；没有的变量当场报错，写错了名字藏不住。"""
    env = Pages(
        **{**options, "undefined": StrictUndefined},
        extensions=[ChineseLines],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {"url": address, "static": static, "actors": actors}
    env.filters |= FILTERS
    return env


@lru_cache(maxsize=4096)
def address(name: str, *args, **kwargs) -> str:
    """网址，一个进程里不会变，算过的记住：一页上有几十上百个。"""
    return reverse(name, args=args, kwargs=kwargs)


def date(value: Any, form: str) -> str:
    """日期、时刻照 Django 的写法（"Y-m-d H:i"）显示，时刻换成本地时间；None → 空。"""
    return "" if value is None else dateformat.format(template_localtime(value), form)


def query_with(query: QueryDict, **changes) -> str:
    """请求的查询参数换几样，None 是去掉；得到“?”后面的一段。"""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed.urlencode()


# 用得多的几种格子自己排，不一层套一层：下拉的每一项、输入格的每一格，Django 的都另套模板
INPUTS = ("text", "number", "hidden", "date", "checkbox", "file", "radio_option")
OURS = {"django/forms/widgets/select.html": "select.html"}
OURS |= {f"django/forms/widgets/{kind}.html": "input.html" for kind in INPUTS}


class FormRenderer(renderers.Jinja2):
    """表单的格子也用 Jinja2 排，一页几十个格子快一半；后台自己的格子只有 Django 的写法。"""

    def get_template(self, name: str) -> Any:
        if name in OURS:
            return loader.get_template(OURS[name])
        if name.startswith("django/forms/"):
            return super().get_template(name)
        return self.for_admin.get_template(name)

    @cached_property
    def for_admin(self) -> renderers.DjangoTemplates:
        return renderers.DjangoTemplates()


FILTERS = {
    "amount": display.amount,
    "short": display.short,
    "day": display.day,
    "md": display.md,
    "signed": display.signed,
    "yuan": money.yuan,
    "date": date,
    "query_with": query_with,
    "json_script": json_script,
    "filesizeformat": defaultfilters.filesizeformat,
    "floatformat": defaultfilters.floatformat,
    "linebreaks": defaultfilters.linebreaks,
    "linebreaksbr": defaultfilters.linebreaksbr,
}
