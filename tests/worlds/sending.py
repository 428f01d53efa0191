"""照片一张一张先传、表后交：测试里扮手机上的脚本。"""

import hashlib
import io
import json
import uuid
from urllib.parse import quote

from PIL import Image

JSON = {"HTTP_ACCEPT": "application/json"}


def jpeg(color="green", size=(64, 48), **options):
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "JPEG", **options)
    return stream.getvalue()


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Phone:
    """一部手机上填着的一张表：client 已经登录，key 是这张表的提交标识。"""

    def __init__(self, client, patch, key=None):
        self.client, self.patch, self.key = client, patch, str(key or uuid.uuid4())

    @property
    def url(self):
        return f"/patches/{self.patch.pk}/report/"

    @property
    def photos_url(self):
        return f"{self.url}{self.key}/photos/"

    def form(self):
        """打开表单，照它的样子填好默认的几格。"""
        form = self.client.get(self.url).context["form"]
        skipped = ("camera", "files", "area_mu")
        values = {name: form[name].value() for name in form.fields if name not in skipped}
        values["done_on"] = form.context.today.isoformat()
        values["client_key"] = self.key
        return {name: "" if value is None else value for name, value in values.items()}

    def put(self, content, *, original=None, name="现场.jpg", **headers):
        """交一张：original 是手机上缩小以前那张的 SHA-256。"""
        return self.client.put(
            f"{self.photos_url}{original or digest(content)}",
            content,
            content_type="application/octet-stream",
            headers={"X-Name": quote(name), **headers},
            **JSON,
        )

    def arrived(self):
        return self.client.get(self.photos_url, **JSON)

    def send(self, *hashes, **changes):
        return self.client.post(
            self.url, {**self.form(), "photos": list(hashes), **changes}, **JSON
        )


def said(response):
    return json.loads(response.content)
