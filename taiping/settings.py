"""全部设置。只此一份；每一项都能用环境变量或 .env 改，见 taiping/operations/README.md 的配置表。"""

import os
import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from taiping.ground.actors import words_in
from taiping.ground.dates import fixed_in, fixed_in_file
from taiping.ground.environment import Environment
from taiping.ground.hosts import site_addresses
from taiping.ground.modes import close_folder
from taiping.tiles import image_sources
from taiping.town import code_changes, shipped_town, short_title

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "没有设置 SECRET_KEY。请把 .env.example 第 3 行“SECRET_KEY=”抄进 .env 并填一串随机字符，"
        "或先运行 python3 manage.py quickstart，它会生成。"
    )
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS = site_addresses(
    env.str("ALLOWED_HOSTS", default=""), env.str("CSRF_TRUSTED_ORIGINS", default="")
)

# 哪个镇；没有写的，是随系统带的方案那个镇，它的中央经线、换过的代码也照它的（fixtures/town.env）。
_shipped = shipped_town(BASE_DIR / "fixtures" / "town.env")
SHIPPED_TOWN = _shipped.get("TOWN_NAME", "")
TOWN_NAME = env.str("TOWN_NAME", default="") or SHIPPED_TOWN
if not TOWN_NAME:
    raise ImproperlyConfigured("没有设置 TOWN_NAME。请在 .env 里写上镇名，如 TOWN_NAME=甲镇。")
_here = _shipped if TOWN_NAME == SHIPPED_TOWN else {}
SYSTEM_TITLE = env.str("SYSTEM_TITLE", default="") or f"{TOWN_NAME}耕地保护任务管理系统"
SYSTEM_SHORT = short_title(SYSTEM_TITLE)  # 页头、手机桌面、提醒的标题
# 村、镇、区在这里怎么称呼（taiping/ground/actors.py）；表格里的旧村代码换成哪个（villages/places/matching.py）。
try:
    ACTOR_WORDS = words_in(env.str("ACTOR_WORDS", default=""))
    VILLAGE_CODE_CHANGES = code_changes(
        env.str("VILLAGE_CODE_CHANGES", default=_here.get("VILLAGE_CODE_CHANGES", ""))
    )
except ValueError as refusal:
    raise ImproperlyConfigured(str(refusal)) from None

# 数据库、上传的文件、收集好的静态文件都在这一个文件夹里，备份和搬家只认它。
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / ".data")
# 里面有密码的散列值、电话和照片：这里建的一切只有运行系统的用户能读。每一条命令、每一种服务方式都要读这一页，
# 所以只在这里说一次；以前建的由 quickstart 收紧。
os.umask(0o077)
close_folder(DATA_DIR)

# 系统里的今天是哪一天（taiping/ground/dates.py）。平常照真的钟；培训、演示固定在一天，设置优先。
# quickstart 装演示数据时把那一天记在数据文件夹里，以后的 serve 才知道；clear_demo 删掉它。
DEMO_DAY_FILE = DATA_DIR / "demo_day.txt"
try:
    FIXED_TODAY = fixed_in(env.str("FIXED_TODAY", default=""), "FIXED_TODAY")
    DEMO_DAY = fixed_in_file(DEMO_DAY_FILE)
except ValueError as refusal:
    raise ImproperlyConfigured(str(refusal)) from None

INSTALLED_APPS = [
    "taiping.dashboard",
    "taiping.reports",
    "taiping.subsidies",
    "taiping.assessment",
    "taiping.reminders",
    "taiping.progress",
    "taiping.operations",
    "taiping.audit",
    "plots",
    "tasks",
    "villages",
    "taiping.admin.TaipingAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "auditlog",
    "axes",
    "csp",
    "django_filters",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "taiping.operations.middleware.RequestIdMiddleware",
    "taiping.operations.recovery.RecoveryMiddleware",
    "taiping.operations.middleware.CompressMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "taiping.operations.middleware.MethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "taiping.operations.middleware.HeadersMiddleware",
    "taiping.operations.middleware.BadInputMiddleware",
    "taiping.audit.middleware.AuditMiddleware",
    "villages.accounts.middleware.LoginMiddleware",
    "villages.accounts.middleware.IssuedPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "taiping.urls"
WSGI_APPLICATION = "taiping.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "taiping.ground.pages.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taiping.navigation.navigation",
            ],
        },
    },
    {  # 后台
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taiping.navigation.navigation",
            ],
        },
    },
]
FORM_RENDERER = "taiping.ground.pages.FormRenderer"

_database = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
DATABASES = {"default": env.db_url_config(_database)}
# 连接用一分钟再换：不用每点一下都重开，SQLite 读过的页也还在手边。
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # 读不挡写、写排队不报错：WAL 加上一开始就取写锁，等锁最多 20 秒。FULL：答应存下了的，断电也还在。
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
    )
else:
    # 固态盘：按索引跳着读不比顺着读贵多少，总览才会只读索引，不去整表排序。
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c random_page_cost=1.1")
    DATABASES["default"]["OPTIONS"].setdefault(
        "connect_timeout", 10
    )  # 秒：那台机器没有了，也不让人干等两分钟
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "villages.User"
# 村页在上面的楼层：下面的模板问村要网址，不写上面的名字。
ABSOLUTE_URL_OVERRIDES = {
    "villages.village": lambda village: reverse("dashboard:village", args=[village.pk]),
}
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.int("PASSWORD_MIN_LENGTH", default=10)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "villages.accounts.validators.KindsValidator",
        "OPTIONS": {"kinds": env.int("PASSWORD_MIN_KINDS", default=3)},
    },
    {"NAME": "villages.accounts.validators.PersonalValidator"},
    {
        "NAME": "villages.accounts.validators.NotReusedValidator",
        "OPTIONS": {"remember": env.int("PASSWORD_HISTORY", default=5)},
    },
]
PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", default=0)  # 0 是不限期
# 猜密码：三道上限，0 是不设；后两道怎么掂量见 villages.accounts.lockout。隔一阵自己解开，管理员也能解。
# 地址是 REMOTE_ADDR：serve 只认 --proxy 说的那台代理带来的地址，别人自己写的一律不算。
AXES_FAILURE_LIMIT = env.int("LOGIN_MAX_FAILURES", default=5)
LOGIN_ACCOUNT_MAX_FAILURES = env.int("LOGIN_ACCOUNT_MAX_FAILURES", default=20)
LOGIN_ADDRESS_MAX_FAILURES = env.int("LOGIN_ADDRESS_MAX_FAILURES", default=50)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCK_MINUTES", default=15))
AXES_HANDLER = "villages.accounts.lockout.Lockout"
AXES_CLIENT_IP_CALLABLE = "villages.accounts.lockout.place_of"
AXES_LOCKOUT_CALLABLE = "villages.accounts.lockout.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # 锁着的时候再试，不用从头等
AXES_DISABLE_ACCESS_LOG = True  # 登录成功由 villages.accounts.lockout 记，一个用户名一个地址一行
AXES_ENABLE_ADMIN = False  # 后台里用我们自己的一页
AXES_VERBOSE = False
LOGIN_URL = "villages:login"
LOGIN_REDIRECT_URL = "dashboard:home"  # 各人的首页
LOGOUT_REDIRECT_URL = "villages:login"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "taiping" / "locale"]  # Django 自己的几句话换成办公室里的说法
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# 只用 django-leaflet 里的静态文件；装成应用的话，它的后台要系统里有 GDAL。
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("leaflet", Path(find_spec("leaflet").origin).parent / "static" / "leaflet"),
]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
MEDIA_ROOT = DATA_DIR / "media"  # 不设 MEDIA_URL：上传的文件只经过检查权限的页面发出
# 几台服务器合用一处上传的文件时填 S3_BUCKET 等几项（taiping/operations/README.md“多台服务器”）；不填就在上面的文件夹。
if env.str("S3_BUCKET", default=""):
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            '设了 S3_BUCKET，但没有装对象存储的包。请运行 pip install "django-storages[s3]"，或去掉它。'
        )
    from botocore.config import Config  # 没有用对象存储的不装它

    MEDIA_STORAGE = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "location": env.str("S3_PREFIX", default=""),  # 几个镇合用一个桶，各放各的文件夹
            "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY", default=""),
            "secret_key": env.str("S3_SECRET_KEY", default=""),
            "default_acl": None,
            "file_overwrite": False,
            # 连不上的，十几秒就说连不上；照它原来的等法，一个人要等五分钟，占着一个线程
            "client_config": Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"total_max_attempts": 2},
                signature_version="s3v4",
                s3={"addressing_style": env.str("S3_ADDRESSING", default="auto")},
            ),
        },
    }
    OVERWRITING = "file_overwrite"
else:
    MEDIA_STORAGE = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {}}
    OVERWRITING = "allow_overwrite"
STORAGES = {
    "default": MEDIA_STORAGE,
    # 导入的进度：同一个小文件反复写
    "progress": {**MEDIA_STORAGE, "OPTIONS": {**MEDIA_STORAGE["OPTIONS"], OVERWRITING: True}},
    "staticfiles": {"BACKEND": "taiping.operations.static_files.StaticFiles"},
}
# 不靠 umask：小文件先在临时文件夹里、再挪过来的，也是这样
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
PLAN_FILE_MAX_BYTES = env.int("PLAN_FILE_MAX_MB", default=10) * 1024 * 1024
PATCH_FILE_MAX_BYTES = env.int("PATCH_FILE_MAX_MB", default=30) * 1024 * 1024
# 读一份外来的表格、矢量文件最多用多少秒、占多少 MB 内存；超过了就停下，说明以后不再试（taiping/ground/limits.py）。
READ_SECONDS = env.int("READ_SECONDS", default=45)
READ_MEMORY_MB = env.int("READ_MEMORY_MB", default=1500)
# 举证材料：一次最多几个，一个照片或文件最多多少 MB、多少像素，浏览图和缩略图的长边多少像素。
EVIDENCE_MAX_FILES = env.int("EVIDENCE_MAX_FILES", default=9)
EVIDENCE_PHOTO_MAX_MB = env.int("EVIDENCE_PHOTO_MAX_MB", default=20)
EVIDENCE_DOCUMENT_MAX_MB = env.int("EVIDENCE_DOCUMENT_MAX_MB", default=20)
EVIDENCE_MAX_PIXELS = env.int("EVIDENCE_MAX_PIXELS", default=80_000_000)
EVIDENCE_DISPLAY_PX = env.int("EVIDENCE_DISPLAY_PX", default=1600)
EVIDENCE_THUMB_PX = env.int("EVIDENCE_THUMB_PX", default=320)
# 手机上先缩到长边多少像素再传，0 是传原照片；表还没交先传来的照片，一个人最多几张、留几天。
EVIDENCE_CLIENT_PX = env.int("EVIDENCE_CLIENT_PX", default=2048)
EVIDENCE_PENDING_MAX = env.int("EVIDENCE_PENDING_MAX", default=100)
EVIDENCE_PENDING_DAYS = env.int("EVIDENCE_PENDING_DAYS", default=14)
# 图形：图斑面积和量算面积差百分之几要指出来；照片离图斑多少米以内算“附近”。
GEO_AREA_TOLERANCE = env.float("GEO_AREA_TOLERANCE", default=5)
# 本镇的中央经线（度）：坐标没有带号又还没有村界、图形时照它认；离本镇多少公里以外的图形，导入前要问。
MAP_MERIDIAN = env.float("MAP_MERIDIAN", default=float(_here.get("MAP_MERIDIAN", 0)))
MAP_FAR_KM = env.float("MAP_FAR_KM", default=30)
PHOTO_NEAR_METRES = env.int("PHOTO_NEAR_METRES", default=50)

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# 多少分钟没有动静就退出；人在用就往后推。Cookie 到关掉浏览器为止，时限由服务器看，超时的人交来的字才认得出是谁的。
SESSION_ENGINE = "villages.models.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# 村支部书记勾了“在这台手机上保持登录”：多少天不用才退出，0 是不给勾。关掉浏览器也还在（villages.accounts.staying）。
PHONE_LOGIN_DAYS = env.int("PHONE_LOGIN_DAYS", default=30)
SESSION_COOKIE_HTTPONLY = True
# 一台机器上几个镇各占一个端口：浏览器的 Cookie 不分端口，名字要各不相同，不然登进一个就退出另一个
COOKIE_PREFIX = env.str("COOKIE_PREFIX", default="")
COOKIE_NAMES = re.compile(r"[A-Za-z0-9_-]{0,30}")
if not COOKIE_NAMES.fullmatch(COOKIE_PREFIX):
    raise ImproperlyConfigured("COOKIE_PREFIX 只能用字母、数字、- 和 _，最多 30 个字，如 town1_。")
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
CSRF_FAILURE_VIEW = "taiping.operations.errors.csrf_failure"
# 地图默认没有底图，什么也不向外要；填了瓦片地址（几层用空格分开），安全策略才为那台服务器的图片开口。
MAP_TILES_URL = env.str("MAP_TILES_URL", default="").split()
MAP_TILES_SUBDOMAINS = env.str("MAP_TILES_SUBDOMAINS", default="01234567")
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", default="底图：天地图")
# 只用自己网站上的东西，没有写在页面里的脚本和样式；后台也一样，没有放宽。
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "img-src": image_sources(MAP_TILES_URL),
    }
}
PERMISSIONS_POLICY = (
    "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), serial=(), midi=(), "
    "display-capture=(), publickey-credentials-get=(), screen-wake-lock=(), accelerometer=(), gyroscope=(), "
    "magnetometer=(), browsing-topics=()"
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# HTTPS=on 用在正式部署（前面有证书的反向代理或网关）；本机试用是 http，打开会登不进去。
if env.bool("HTTPS", default=False):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # 监控在本机用 http 问
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# 审计：人会改的每一样都记改前改后（整改记录本身只增不改，图斑的状态由它算出，不另记）。
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    {
        "model": "villages.User",
        "exclude_fields": [
            "last_login",
            "is_demo",
            "reminded_on",
            "reminder_count",
            "reminders_read_on",
        ],
        "mask_fields": ["phone", "password"],
        "mask_callable": "villages.accounts.phones.masked_change",
    },
    {"model": "villages.Village", "exclude_fields": ["name_key"]},
    "villages.Cadre",
    {"model": "villages.ReadingKey", "exclude_fields": ["digest"]},
    "villages.Posting",
    "tasks.Plan",
    "tasks.WorkingGroup",
    "tasks.Membership",
    "tasks.Target",
    "tasks.Milestone",
    "tasks.Allocation",
    "tasks.Requirement",
    "tasks.RemedyRoute",
    "tasks.RemedyItem",
    "tasks.Reading",
    "tasks.Duty",
    "tasks.DutyEntry",
    "tasks.Subsidy",
    {"model": "tasks.SubsidyReceipt", "exclude_fields": ["client_key"]},
    {"model": "tasks.SubsidyPayment", "exclude_fields": ["client_key"]},
    "tasks.ScoreItem",
    {"model": "tasks.Score", "exclude_fields": ["client_key"]},
    "reminders.Sending",
    {"model": "tasks.PlanFile", "exclude_fields": ["file"]},
    {"model": "plots.Batch", "exclude_fields": ["file", "layout"]},
    {"model": "plots.Patch", "exclude_fields": ["status", "next_milestone"]},
    {"model": "plots.SupervisionOrder", "m2m_fields": {"patches"}},
    "plots.Reason",
    "plots.ColumnAlias",
    {"model": "villages.VillageBoundary", "include_fields": ["digest", "file_name", "source_crs"]},
)
AUDITLOG_DISABLE_ON_RAW_SAVE = True  # 装机时装方案（loaddata）不逐条记
AUDITLOG_CID_GETTER = "taiping.audit.middleware.request_id"

# 提醒：网站的地址（写在邮件和群里，点得开）；邮件服务器；群机器人的地址，几个用空格隔开（taiping/reminders）。
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    try:
        vars().update(env.email_url("EMAIL_URL"))
    except (ImproperlyConfigured, ValueError) as problem:
        raise ImproperlyConfigured(
            "EMAIL_URL 认不得，请写成 smtp+tls://用户:密码@服务器:587 的样子，或留空。"
        ) from problem
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or vars().get("EMAIL_HOST_USER", "")
REMIND_ROBOTS = env.str("REMIND_ROBOTS", default="").split()

HEALTH_MIN_FREE_MB = env.int("HEALTH_MIN_FREE_MB", default=500)
# serve：最多多少条连接；请求头多少秒要交完，闲着多少秒断开；停的时候等手里的请求多少秒。
SERVE_PORT = env.int("PORT", default=8000)  # --port 写了的照写的
SERVE_CONNECTIONS = env.int("SERVE_CONNECTIONS", default=1000)
SERVE_HEAD_SECONDS = env.int("SERVE_HEAD_SECONDS", default=20)
SERVE_IDLE_SECONDS = env.int("SERVE_IDLE_SECONDS", default=60)
SERVE_STOP_SECONDS = env.int("SERVE_STOP_SECONDS", default=30)
# 服务的日志另写一份到哪个文件；空的只写标准错误。Windows 上标准错误没有人收着，默认写到数据文件夹里。
LOG_FILE = env.str(
    "LOG_FILE", default=str(DATA_DIR / "logs" / "gengdi.log") if os.name == "nt" else ""
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "taiping.operations.logs.RequestFilter"}},
    "formatters": {
        "line": {
            "()": "taiping.operations.logs.LineFormatter",
            "style": "{",
            "format": "{asctime} {levelname} {name} user={user} request={request_id} {message}",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # 有了自己的一行，不要 Django 在开发时的那一套
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "axes": {"level": "ERROR"},  # 它的话里用户名和地址都是星号；登录失败由 villages.login 写
    },
}
