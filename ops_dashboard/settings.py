"""Django's settings. Whatever differs between installations comes from `environment.py`."""

import os
from pathlib import Path

from ops_dashboard.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment.read(os.environ)

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.csrf_trusted_origins)

INSTALLED_APPS = [
    "ops_dashboard",
    "ops_dashboard.people",
    "ops_dashboard.metrics",
    "tickets",
    "workforce",
    "quality",
    "insights",
    "ops_dashboard.people.admin_config.OpsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "ops_dashboard.middleware.RefuseNul",
    "ops_dashboard.middleware.RefuseLarge",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ops_dashboard.people.sessions.EndSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ops_dashboard.people.middleware.ScopeMiddleware",
    "ops_dashboard.metrics.middleware.TellRecounting",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "ops_dashboard.urls"
WSGI_APPLICATION = "ops_dashboard.wsgi.application"
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 15 * 60  # a one-time link to choose a password

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
            ],
        },
    },
]

DATABASES = {"default": ENVIRONMENT.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENVIRONMENT.redis_url,
        "OPTIONS": {"serializer": "ops_dashboard.plain_values.PlainValues"},  # Django's own is pickle
    },
    # Answers of the metric engine, one shelf per process; keyed by the generation of the cells.
    "answers": {
        "BACKEND": "ops_dashboard.metrics.kept_answers.KeptAnswers",
        "LOCATION": "answers",
        "OPTIONS": {"MAX_ENTRIES": 400},
        "TIMEOUT": 900,
    },
    # Panels drawn from those answers, a few dozen kilobytes each.
    "panels": {
        "BACKEND": "ops_dashboard.metrics.kept_answers.KeptAnswers",
        "LOCATION": "panels",
        "OPTIONS": {"MAX_ENTRIES": 500},
        "TIMEOUT": 900,
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The zone in which days, weeks and hours are cut on every surface.
REPORTING_ZONE = ENVIRONMENT.reporting_zone
FIRST_ANSWER_S = 0.05  # of drawing panels, after which a browser fetches the rest of them
# The one currency of rates and costs; facts hold its minor units.
CURRENCY = ENVIRONMENT.currency

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = ENVIRONMENT.var / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
PUBLIC_URL = ENVIRONMENT.public_url  # how mails name this installation
globals().update(ENVIRONMENT.email())  # EMAIL_BACKEND and what it needs

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_S = 60 * ENVIRONMENT.idle_minutes
CSRF_COOKIE_SAMESITE = "Lax"
if ENVIRONMENT.https:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

METRICS_TOKEN = ENVIRONMENT.metrics_token  # opens /metrics to another machine

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ops_dashboard.people.token_access.TokenAuthentication",
        "ops_dashboard.people.access.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["ops_dashboard.people.token_access.TokenThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["ops_dashboard.people.access.HasRole"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {"TITLE": "Ops Dashboard API", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
