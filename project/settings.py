"""Django's settings. Whatever differs between installations is read from the environment, here and nowhere else."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from project.api import framework, logs
from project.api.addresses import networks
from project.console import theme
from project.environment import Environment
from project.postgres.address import database_settings
from workers.hosts import allowed_hosts

BASE_DIR = Path(__file__).resolve().parent.parent
SQL_DIR = BASE_DIR / "sql"
VERSION = "1.0.0"

env = Environment()
API_ENV = env.choice("API_ENV", {"production", "development"}, "production")
PRODUCTION = API_ENV == "production"
DEBUG = env.flag("API_DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("API_DEBUG shows source code and settings to everyone: set API_ENV=development with it.")

SECRET_KEY = env.text("SECRET_KEY", "" if PRODUCTION else "for development only: production refuses to run with this")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set SECRET_KEY or SECRET_KEY_FILE to 50 random characters, "
        "or API_ENV=development to try things out."
    )
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "project.console",
    "unfold.apps.BasicAppConfig",
    "project.console.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "project.postgres",
    "project.access",
    "project.api",
    "project.metrics",
    "workers",
    "batches.ledger",
    "batches.monthend",
    "batches.processor",
    "batches.transform",
    "reconciliation",
]

MIDDLEWARE = [
    "project.api.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = env.text("DATABASE_URL", "" if PRODUCTION else "postgresql:///tutup")
if not DATABASE_URL:
    raise ImproperlyConfigured("DATABASE_URL is not set. Set it as postgresql://user:password@host:5432/name.")
DATABASES = {
    "default": database_settings(
        DATABASE_URL,
        pool={
            "min_size": env.integer("DATABASE_POOL_MIN", 0, minimum=0, maximum=1000),
            "max_size": env.integer("DATABASE_POOL_MAX", 16, minimum=1, maximum=1000),
            "timeout": env.number("DATABASE_POOL_TIMEOUT", 10.0, minimum=0.1, maximum=600.0),
        },
        application_name=env.text("DATABASE_APPLICATION_NAME", "tutup"),
    )
}
# One statement or one routine is one transaction; a request is not.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = ["project.console.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
HTTPS = env.flag("HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 0, minimum=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"
REQUIRE_API_KEY = env.flag("REQUIRE_API_KEY", True)
API_KEYS = env.items("API_KEYS")
# requests a minute that one key (without keys: one address) may make; 0 is no limit
API_RATE_PER_MINUTE = env.integer("API_RATE_PER_MINUTE", 1000, minimum=0, maximum=1_000_000)
# calls a minute that one remote worker may make for itself, beside that; 0 is no limit
WORKER_RATE_PER_MINUTE = env.integer("WORKER_RATE_PER_MINUTE", 6000, minimum=0, maximum=1_000_000)
TRUSTED_PROXIES = networks(env.items("TRUSTED_PROXIES"))
SUPPORT_CONTACT = env.text("SUPPORT_CONTACT")
# the key of pseudonyms in transform pipelines; whoever has it can find out what stands behind one
TRANSFORM_PSEUDONYM_SECRET = env.text("TRANSFORM_PSEUDONYM_SECRET")
CURRENCY = env.text("CURRENCY")  # of every amount; shown in the console where money stands
JOB_RETENTION_DAYS = env.integer("JOB_RETENTION_DAYS", 30, minimum=0, maximum=36_500)  # 0: for good
JOB_MODULES = env.items("JOB_MODULES")  # imported at start, so that the handlers in them register
HTTP_JOB_HOSTS = allowed_hosts(env.items("HTTP_JOB_HOSTS"))
HTTP_JOB_MAX_BYTES = env.integer("HTTP_JOB_MAX_BYTES", 1024 * 1024, minimum=1024, maximum=64 * 1024 * 1024)
SQL_JOB_ROUTINES = env.items("SQL_JOB_ROUTINES")
JOB_MAX_PAYLOAD_BYTES = env.integer("JOB_MAX_PAYLOAD_BYTES", 256 * 1024, minimum=1024, maximum=64 * 1024 * 1024)
RECONCILIATION_ENABLED = env.flag("RECONCILIATION_ENABLED", True)
RECONCILIATION_INTERVAL_MINUTES = env.integer("RECONCILIATION_INTERVAL_MINUTES", 60, minimum=1, maximum=525_600)
RECONCILIATION_DRIFT_WARNING_THRESHOLD = env.number(
    "RECONCILIATION_DRIFT_WARNING_THRESHOLD", 1.0, minimum=0.0, maximum=100.0
)
RECONCILIATION_DRIFT_CRITICAL_THRESHOLD = env.number(
    "RECONCILIATION_DRIFT_CRITICAL_THRESHOLD", 5.0, minimum=0.0, maximum=100.0
)
RECONCILIATION_SAMPLE_SIZE = env.integer("RECONCILIATION_SAMPLE_SIZE", 1000, minimum=1, maximum=1_000_000)
# 0: for good
RECONCILIATION_RETENTION_DAYS = env.integer("RECONCILIATION_RETENTION_DAYS", 90, minimum=0, maximum=36_500)
RECONCILIATION_TABLES = env.items("RECONCILIATION_TABLES")  # the schedule's; empty is all mapped tables
# of the batch processor; what is configured while it runs goes before the first three
MAX_BATCH_SIZE = env.integer("MAX_BATCH_SIZE", 128, minimum=1, maximum=1000)
MAX_WAIT_TIME_MS = env.number("MAX_WAIT_TIME_MS", 50.0, minimum=0.0, maximum=60_000.0)
ENABLE_DYNAMIC_BATCHING = env.flag("ENABLE_DYNAMIC_BATCHING", True)
MAX_QUEUE_SIZE = env.integer("MAX_QUEUE_SIZE", 10_000, minimum=1, maximum=10_000_000)  # items
MAX_CONCURRENT_BATCHES = env.integer("MAX_CONCURRENT_BATCHES", 50, minimum=1, maximum=10_000)  # of a worker process
ENABLE_MONITORING = env.flag("ENABLE_MONITORING", True)
MODEL_MAX_BYTES = env.integer("MODEL_MAX_BYTES", 100 * 1024 * 1024, minimum=1024, maximum=1_000_000_000)
MODEL_THREADS = env.integer("MODEL_THREADS", 1, minimum=1, maximum=1024)  # of one run of a model
MODEL_RUNTIMES = ["onnx=batches.processor.runtimes.onnx.OnnxRuntime", *env.items("MODEL_RUNTIMES")]
# open sockets of one key in each serving process (without keys: of one address), and batches that one socket follows
WEBSOCKET_MAX_CONNECTIONS = env.integer("WEBSOCKET_MAX_CONNECTIONS", 1000, minimum=1, maximum=100_000)
WEBSOCKET_MAX_SUBSCRIPTIONS = env.integer("WEBSOCKET_MAX_SUBSCRIPTIONS", 1000, minimum=1, maximum=100_000)
METRICS_TIMEOUT_MS = env.integer("METRICS_TIMEOUT_MS", 2000, minimum=10, maximum=60_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("API_MAX_BODY_BYTES", 10 * 1024 * 1024, minimum=1024)
CSRF_FAILURE_VIEW = "project.api.pages.csrf_failure"
LOG_LEVEL = env.choice("LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"}, "INFO")
LOGGING = logs.configure(production=PRODUCTION, level=LOG_LEVEL)

REST_FRAMEWORK = framework.REST_FRAMEWORK
SPECTACULAR_SETTINGS = framework.spectacular(VERSION)
UNFOLD = theme.UNFOLD
