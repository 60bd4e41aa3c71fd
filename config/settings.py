"""Django's settings, all of them from `config.env`."""

import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from pydantic import SecretStr

from config.env import Environment, split_list
from config.headers import share_with_pages
from tracing.store import EMBEDDED_PREFIX

ENV = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = ENV.data_dir.absolute()


def read_secret_key() -> str:
    """The configured key, else the one of the data directory, made when it is first needed."""
    if ENV.secret_key.get_secret_value():
        return ENV.secret_key.get_secret_value()
    path = DATA_DIR / "secret_key"
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    key = secrets.token_urlsafe(50)
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(key, encoding="utf-8")
    return key


def complete_address(address: SecretStr, password: SecretStr) -> str:
    """The address with the password that stands in a setting of its own, where one does."""
    parts = urlsplit(address.get_secret_value())
    if not parts.netloc or not password.get_secret_value():
        return address.get_secret_value()
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:{quote(password.get_secret_value(), safe='')}@{host}"
    return parts._replace(netloc=netloc).geturl()


SECRET_KEY = read_secret_key()
DEBUG = ENV.debug
BIND_HOST = ENV.host
PUBLIC_URL = ENV.public_url
IS_SECURE = ENV.is_secure
TRUSTED_PROXIES = ENV.trusted_proxies
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [*LOOPBACK_HOSTS, BIND_HOST, *filter(None, [ENV.public_host]), *split_list(ENV.allowed_hosts)]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "config",
    "django_htmx",
    "ninja",
    "tracing",
    "feedback",
    "drift",
]

MIDDLEWARE = [
    "tracing.api_problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "tracing.access.middleware.AccessMiddleware",
    "tracing.shown_texts.ShownTextsMiddleware",
]

# Who has something of people to be erased, beside what `tracing` itself has.
ERASED_BY = ["feedback.erasing", "drift.erasing"]
TEXTS_PURGED_BY = ["feedback.text_places", "drift.text_places"]

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
            "builtins": [
                "django.templatetags.static",
                "tracing.templatetags.presentation",
                "feedback.templatetags.alarms",
                "feedback.templatetags.texts",
            ],
            "libraries": {"presentation": "tracing.templatetags.presentation"},
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        complete_address(ENV.database_url, ENV.database_password) or f"sqlite:///{DATA_DIR / 'tacit.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,  # a database that was started anew costs nobody their request
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Threads of the server must see what a test wrote, which a database in memory would keep from them.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        # What is deleted is overwritten: it is not to stand in free pages (ADR 103).
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; "
        "PRAGMA secure_delete=ON",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CLICKHOUSE_DSN = (
    complete_address(ENV.clickhouse_dsn, ENV.clickhouse_password) or f"{EMBEDDED_PREFIX}{DATA_DIR / 'clickhouse'}"
)
CLICKHOUSE_CLUSTER = ENV.clickhouse_cluster
CLICKHOUSE_MEMORY_LIMIT = ENV.memory_limit
LANES = ENV.lanes or (1 if CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX) else 4)
INGEST_BACKLOG_LIMIT = ENV.backlog_limit
RETENTION_DAYS = ENV.retention_days
DATASETS_DIR = Path(ENV.datasets_dir or DATA_DIR / "datasets").absolute()
EXPORT_DAYS = ENV.export_days
PRESIDIO = ENV.presidio
JUDGE_URL = ENV.judge_url
JUDGE_MODEL = ENV.judge_model
JUDGE_KEY = ENV.judge_key
JUDGE_SHARE = ENV.judge_share
JUDGE_CALLS_A_DAY = ENV.judge_calls_a_day
NAMER = ENV.namer
SMTP_HOST = ENV.smtp_host
SMTP_PORT = ENV.smtp_port
SMTP_SECURITY = ENV.smtp_security
SMTP_USER = ENV.smtp_user
SMTP_PASSWORD = ENV.smtp_password
MAIL_SENDER = ENV.mail_sender
WEBHOOK_NETWORKS = ENV.webhook_networks
MAX_VALUE_CHARACTERS = ENV.max_value_characters
MAX_ATTRIBUTES = ENV.max_attributes
TRANSFORMER = ENV.transformer
TRANSFORMER_SHARE = ENV.transformer_share
CORS_ORIGINS = frozenset(origin.lower() for origin in split_list(ENV.cors_origins))

OWN_TRACES_ENDPOINT = ENV.own_traces_endpoint
OWN_TRACES_HEADERS = ENV.own_traces_headers.get_secret_value()
OWN_TRACES_SHARE = ENV.own_traces_share

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "first_name", "last_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

AXES_HANDLER = "config.logins.LoginLimits"
AXES_VERBOSE = False  # what a client says of itself stays out of the log
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Who goes on trying while locked out does not stay so for longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "config.logins.answer_locked_out"
AXES_USERNAME_CALLABLE = "config.logins.read_username"
AXES_CLIENT_IP_CALLABLE = "config.logins.read_address"
# People put passwords into the field above, too; the address of who is locked out is for the log.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]

# Cookies know no ports: other programs on this machine have Django's own names. A browser takes the prefix `__Host-`
# only over https, from this host and for all of it.
COOKIE_PREFIX = "__Host-" if IS_SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}tacit_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}tacit_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_SECURE
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no third cookie

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_SECURE else 0
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_SSL_HOST = urlsplit(PUBLIC_URL).netloc or None
# Programs: on this machine they speak http, and elsewhere a redirect would come after the key was sent in the clear.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$", "^api/"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # what else is served under our name, and whether by https, is not ours to decide (ADR 48)
    "security.W021",  # and a browser's list of https hosts is not left again
]
if not IS_SECURE:
    # Plain http on this machine: a browser would send no secure cookie and could follow no redirect. Whether it is
    # only this machine is told by our own check (tacit.W001).
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
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
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
WHITENOISE_ADD_HEADERS_FUNCTION = share_with_pages
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.VersionedStorage"},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

CELERY_BROKER_URL = ENV.broker_url.get_secret_value()

DEFAULT_EXCEPTION_REPORTER_FILTER = "config.debug_pages.SecretFilter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": ENV.log_format}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        # Every refused request would be a line; the answers say it, and /metrics will count them.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        "waitress.queue": {"level": "ERROR"},
        # Both tell what the exception that they raise tells.
        "urllib3.connectionpool": {"level": "ERROR"},
        "clickhouse_connect": {"level": "CRITICAL"},
    },
}
