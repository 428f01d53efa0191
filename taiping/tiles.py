"""底图：管理员填了瓦片地址，地图才向外要图片；浏览器的安全策略只为那台服务器开口。"""

import re
from urllib.parse import urlsplit

from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

ROTATING = re.compile(r"^[^.]*[{]s[}][^.]*")
BLANK = "data:"  # Leaflet 换掉没画完的瓦片时，用一张写在地址里的空图


def image_sources(urls):
    """瓦片地址的列表 → 安全策略的 img-src；没有底图只有自己。地址写错抛 ImproperlyConfigured。"""
    return [SELF, BLANK, *dict.fromkeys(map(_host, urls))] if urls else [SELF]


def _host(url):
    """https://t{s}.tianditu.gov.cn/… → https://*.tianditu.gov.cn：安全策略的星号只能占最前面一整段。"""
    parts = urlsplit(url)
    missing = [name for name in ("{x}", "{y}", "{z}") if name not in url]
    if parts.scheme not in ("http", "https") or not parts.netloc or missing:
        raise ImproperlyConfigured(
            f"MAP_TILES_URL 里的“{url[:60]}”不是瓦片地址。要写成 https://域名/…，带上 {{x}}、{{y}}、{{z}}；"
            "不要底图就留空。"
        )
    return f"{parts.scheme}://{ROTATING.sub('*', parts.netloc)}"
