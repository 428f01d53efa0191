"""正式部署收集的静态文件。"""

import re

from django.core.management import call_command

IMPORTED = re.compile(r'from "\./(map\.[0-9a-f]{12}\.js)"')


def test_a_module_asks_for_the_other_by_its_hashed_name(settings, tmp_path):
    """改了 map.js，浏览器不会拿着旧的一份和新的页面脚本配。"""
    settings.STATIC_ROOT = tmp_path
    backend = {"BACKEND": "taiping.operations.static_files.StaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}

    call_command("collectstatic", interactive=False, verbosity=0)

    for name in ("small-map", "map-page"):
        hashed = next((tmp_path / "js").glob(f"{name}.????????????.js"))
        asked = IMPORTED.search(hashed.read_text(encoding="utf-8"))
        assert (tmp_path / "js" / asked[1]).exists()
