"""看地图、读图形才用的大库：都从这里取，第一次用到才装进来；没看过地图的服务少占几十兆内存。

模块里的类型标注要写 from __future__ import annotations，不在一开始就用到它们。
"""

from importlib import import_module
from typing import Any


class Library:
    """一个库；取它里面的东西时才装。"""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self._name), name)
        setattr(self, name, found)  # 下一次不再经过这里
        return found


np = Library("numpy")
shapely = Library("shapely")
pyproj = Library("pyproj")
pyogrio = Library("pyogrio")
