"""Django's settings, all of them from `config.env`."""

import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from config.env import Environment
from tracing.store import EMBEDDED_PREFIX

ENV = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = ENV.data_dir.absolute()


def read_secret_key() -> str:
    """The configured key, else the one of the data directory, made when it is first needed."""
    if ENV.secret_key:
        return ENV.secret_key
    path = DATA_DIR / "secret_key"
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    key = secrets.token_urlsafe(50)
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(key, encoding="utf-8")
    return key


SECRET_KEY = read_secret_key()
DEBUG = ENV.debug
BIND_HOST = ENV.host
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [*LOOPBACK_HOSTS, BIND_HOST] + [host.strip() for host in ENV.allowed_hosts.split(",") if host.strip()]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "tracing",
    "feedback",
]

MIDDLEWARE = [
    "tracing.api_problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tracing.access.middleware.AccessMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.static", "tracing.templatetags.presentation"],
            "libraries": {"presentation": "tracing.templatetags.presentation"},
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(ENV.database_url or f"sqlite:///{DATA_DIR / 'tacit.sqlite3'}", conn_max_age=60)
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Threads of the server must see what a test wrote, which a database in memory would keep from them.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CLICKHOUSE_DSN = ENV.clickhouse_dsn or f"{EMBEDDED_PREFIX}{DATA_DIR / 'clickhouse'}"
CLICKHOUSE_MEMORY_LIMIT = ENV.memory_limit
INGEST_BACKLOG_LIMIT = ENV.backlog_limit
RETENTION_DAYS = ENV.retention_days
MAX_VALUE_CHARACTERS = ENV.max_value_characters
MAX_ATTRIBUTES = ENV.max_attributes
CORS_ORIGINS = frozenset(origin.strip().lower() for origin in ENV.cors_origins.split(",") if origin.strip())

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

CELERY_BROKER_URL = ENV.broker_url

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        # Every refused request would be a line; the answers say it, and /metrics will count them.
        "django.request": {"level": "ERROR"},
        "waitress.queue": {"level": "ERROR"},
        # Both tell what the exception that they raise tells.
        "urllib3.connectionpool": {"level": "ERROR"},
        "clickhouse_connect": {"level": "CRITICAL"},
    },
}
