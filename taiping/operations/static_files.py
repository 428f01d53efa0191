"""收集好的静态文件：文件名带内容的散列值，压缩过，浏览器可以一直存着。"""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """脚本模块 import 的别的模块，也换成带散列值的名字：改了哪个，浏览器就重新取哪个。"""

    support_js_module_import_aggregation = True
