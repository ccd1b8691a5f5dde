"""Settings, all from the environment. A wrong value stops the start with a sentence that names it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from common import secret_addresses
from releasecal.environment import Environment
from releasecal.logs import hide_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = Environment(os.environ)

DEMO = env.flag("DEMO", default=False)
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", at_least=32)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", default=[])
BASE_URL = env.url("BASE_URL", default="http://127.0.0.1:8000", schemes=("http", "https"))
TLS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
VAR_DIR = env.path("VAR_DIR", default=BASE_DIR / "var")
INSTANCE_TOKEN = env.text("INSTANCE_TOKEN", default="")
# How many reverse proxies of our own stand in front: that many last entries of X-Forwarded-For are believed, none by default.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, least=0, most=10)
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")

INSTALLED_APPS = [
    "accounts.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
    "django_prometheus",
    "common",
    "history",
    "accounts.apps.AccountsConfig",
    "environments",
    "projects",
    "policies",
    "releases",
    "schedule",
    "exchange",
    "reminders",
    "releasecal.apps.SiteConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.middleware.limit_api",
    "csp.middleware.CSPMiddleware",
    "common.doors.refuse_large_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.end_idle_sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.doors.RefusalMiddleware",
    "accounts.middleware.deed_around_sign_in_library",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "releasecal.urls"
WSGI_APPLICATION = "releasecal.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "releasecal.context.site",
            ],
        },
    },
]

# --- data

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": False,
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "application_name": "releasecal",
        "options": " ".join(
            f"-c {name}={value}"
            for name, value in {
                "statement_timeout": env.number("STATEMENT_TIMEOUT_MS", default=15_000, least=100, most=3_600_000),
                "lock_timeout": env.number("LOCK_TIMEOUT_MS", default=5_000, least=100, most=3_600_000),
                "idle_in_transaction_session_timeout": env.number("IDLE_TIMEOUT_MS", default=30_000, least=1_000, most=3_600_000),
                # Verbs number events at commit and read the last number then; a repeatable-read snapshot would read a stale one,
                # which the trigger refuses: a server or role that has another default would refuse every write.
                "default_transaction_isolation": r"read\ committed",
                # Short queries over many partial joins: compiling them takes longer than running them.
                "jit": "off",
            }.items()
        ),
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", default="redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))
CACHE_URL = env.url("CACHE_URL", default=env.redis_database(REDIS_URL, 1), schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "relcal",
        "TIMEOUT": 300,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

# --- people

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# No "remember me": accounts.middleware.end_idle_sessions ends every session in its time.
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Releasecal] "
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Releasecal"
# Addresses are given by administrators or single sign-on; nobody signs up with another person's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A link, not a form: the policy `form-action 'self'` also forbids a form to be redirected to the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
# Single sign-on: switched on by OIDC_ISSUER; OIDC_GROUPS maps the provider's groups to roles, "pmo-group=PMO,rm-group=Release manager".
OIDC_ISSUER = env.url("OIDC_ISSUER", default="", schemes=("https", "http"))
OIDC_GROUPS = env.pairs("OIDC_GROUPS")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", default="groups")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.text("OIDC_NAME", default="Single sign-on"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ],
    }
TOKEN_PEPPER = env.text("TOKEN_PEPPER", default=SECRET_KEY)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_IDLE = timedelta(hours=2)
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "common.doors.csrf_failed"

# --- headers

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Files of 50 MB, and what stands around them in a multipart body.
LARGEST_BODY = 51_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- mail

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
globals().update(env.mail("EMAIL_URL", default="smtp://127.0.0.1:25"))
#: Reminders are mailed only by a server that somebody named: whoever tries the program at home writes to nobody.
MAILS_REMINDERS = bool(env.text("EMAIL_URL", default=""))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", default="Releasecal <releasecal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- calls to addresses that people give

OUTGOING_HOSTS = env.words("OUTGOING_HOSTS", default=[])

# --- REST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.ScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["common.doors.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.doors.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.doors.answer_api_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Keeps what a POST with an Idempotency-Key was answered (common.writing asks it by this name).
ANSWERS_KEPT_BY = "accounts.actions.answers.once"
API_LIMIT_PER_MINUTE = env.number("API_LIMIT_PER_MINUTE", default=1200, least=1, most=1_000_000)
SPECTACULAR_SETTINGS = {
    "TITLE": "Releasecal",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Vocabularies that stand in fields of several names, and one that shares the name of its field with others.
    "ENUM_NAME_OVERRIDES": {
        **{f"{name}Enum": f"policies.vocabulary.{name}.values" for name in ("EvidenceKind", "Nature", "Risk", "Size", "Urgency")},
        "PromotionStatusEnum": "releases.vocabulary.PromotionStatus.values",
        "ShownKindEnum": "releases.forms.evidence.Showable.values",
        "ReminderAudienceEnum": "reminders.vocabulary.Audience.values",
        "ReminderChannelEnum": "reminders.vocabulary.Channel.values",
        "DeliveryStateEnum": "reminders.vocabulary.DeliveryState.values",
    },
}

# --- workers (why each value: docs/operators.md)

CELERY = {
    "broker_url": REDIS_URL.replace("unix://", "redis+socket://", 1),
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_time_limit": 120,
    "task_soft_time_limit": 90,
    "task_ignore_result": True,
    "result_backend": None,
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
    "enable_utc": True,
    "task_default_queue": "default",
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    "broker_connection_retry_on_startup": True,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 25,
    "worker_max_tasks_per_child": 500,
    "worker_hijack_root_logger": False,
    "broker_transport_options": {
        "visibility_timeout": 3600,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "retry_on_timeout": True,
        "global_keyprefix": "relcal:",
    },
    "beat_schedule": {
        "end-project-restrictions": {"task": "projects.tasks.end_restrictions", "schedule": 60.0, "options": {"expires": 50}},
        "expire-waivers": {"task": "releases.tasks.expire_waivers", "schedule": 60.0, "options": {"expires": 50}},
        "end-release-restrictions": {"task": "releases.tasks.end_restrictions", "schedule": 60.0, "options": {"expires": 50}},
        "sweep-readiness": {"task": "releases.tasks.sweep_readiness", "schedule": 60.0, "options": {"expires": 50}},
        "miss-promotions": {"task": "releases.tasks.miss_promotions", "schedule": 60.0, "options": {"expires": 50}},
        "run-on": {"task": "releases.tasks.run_on", "schedule": 60.0, "options": {"expires": 50}},
        "lapse-approvals": {"task": "releases.tasks.lapse_approvals", "schedule": 60.0, "options": {"expires": 50}},
        "sweep-evidence": {"task": "releases.tasks.sweep_evidence", "schedule": 3600.0, "options": {"expires": 3000}},
        "forget-answers": {"task": "accounts.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3000}},
        "take-up-imports": {"task": "exchange.tasks.take_up", "schedule": 30.0, "options": {"expires": 25, "queue": "imports"}},
        "look-for-reminders": {"task": "reminders.tasks.look", "schedule": 60.0, "options": {"expires": 50}},
        "forget-reminders": {"task": "reminders.tasks.forget_reminders", "schedule": 3600.0, "options": {"expires": 3000}},
        "forget-webhook-messages": {"task": "reminders.tasks.forget_messages", "schedule": 3600.0, "options": {"expires": 3000}},
        "anchor-history": {"task": "history.tasks.anchor", "schedule": 300.0, "options": {"expires": 240}},
    },
}

# --- reminders

#: So long a worker may hold deliveries without a sign of life before others take them.
REMINDER_LEASE = timedelta(minutes=5)
REMINDERS_KEPT = timedelta(days=env.number("REMINDERS_KEPT_DAYS", default=400, least=60, most=36_500))
#: What was refused for now is tried again after these; after the last one it is dead.
REMINDER_RETRIES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]

# --- words, time, files

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
DEFAULT_ZONE = env.zone("DEFAULT_ZONE", default="UTC")
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "releasecal.npm.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "uploads"}},
    "staticfiles": {
        "BACKEND": env.choice(
            "STATIC_STORAGE",
            {
                "manifest": "whitenoise.storage.CompressedManifestStaticFilesStorage",
                # The same names without the compression, which takes half a minute: run.py, for one machine's own browser.
                "uncompressed": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
                "plain": "django.contrib.staticfiles.storage.StaticFilesStorage",
            },
            default="manifest",
        )
    },
}
WHITENOISE_USE_FINDERS = (
    env.choice("STATIC_STORAGE", {"manifest": "", "uncompressed": "", "plain": "yes"}, default="manifest") == "yes"
)

# --- logs: one JSON object a line, each with the request's id

_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    secret_addresses.mask,
    hide_secrets,
]
structlog.configure(
    processors=[*_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the address is bound where rate limits work it out, once
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _processors,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("LOG_LEVEL", {x: x for x in ("DEBUG", "INFO", "WARNING", "ERROR")}, default="INFO"),
    },
    "loggers": {"django.server": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
PROMETHEUS_EXPORT_MIGRATIONS = False
