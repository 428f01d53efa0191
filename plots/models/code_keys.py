"""编号的可比写法：跟着编号存一份，比对、查找、不许重复都看它。"""

from django.db import models

from taiping.ground.codes import code_key

MOST = 200
TWIN = "\n"  # 早先存的、现在看是同一个编号的几块：后面的加换行和主键，照样找得到


class CodeKeyField(models.CharField):
    """由 code 算出，新增时自己填上；以后改了编号，把它也写进要存的几项里。"""

    def __init__(self, *args, **kwargs):
        given = {"max_length": MOST, "editable": False, "default": ""}
        super().__init__(*args, **{**given, **kwargs})

    def pre_save(self, model_instance, add):
        key, kept = key_of_code(model_instance.code), getattr(model_instance, self.attname)
        if add or kept.split(TWIN)[0] != key:
            setattr(model_instance, self.attname, key)
        return getattr(model_instance, self.attname)


def key_of_code(code: str) -> str:
    return code_key(code)[:MOST]
