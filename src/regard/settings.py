"""Django settings, worked out from the environment; nothing here is meant to be edited per installation."""

from __future__ import annotations

import os

from regard.config import django_database, read_config, read_secret

CONFIG = read_config()
SECRET_KEY = read_secret(CONFIG)
JOURNAL_FILE = CONFIG.journal_file
# What one write key may send; twice as much at once after a pause.
INTAKE_REQUESTS_PER_SECOND = float(os.environ.get("REGARD_INTAKE_REQUESTS", "2000"))
INTAKE_MESSAGES_PER_SECOND = float(os.environ.get("REGARD_INTAKE_MESSAGES", "200000"))
DEBUG = os.environ.get("REGARD_DEBUG") == "1"
SMTP_URL = os.environ.get("REGARD_SMTP_URL", "")
PUBLIC_URL = os.environ.get("REGARD_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
IS_LOOPBACK = PUBLIC_URL.startswith(("http://127.", "http://localhost", "http://[::1]"))
ALLOWED_HOSTS = [h for h in os.environ.get("REGARD_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

STAGES = (
    "collect",
    "identify",
    "profile",
    "consent",
    "understand",
    "decide",
    "act",
    "listen",
    "learn",
    "versions",
    "staff",
    "audit_log",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_htmx",
    *(f"regard.{stage}" for stage in STAGES),
    "regard.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "regard.web.headers.SecurityHeaders",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "regard.web.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["regard.web.serving.compact.CompactLoader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "regard.web.shell.shell",
            ],
        },
    }
]
DATABASES = {"default": django_database(CONFIG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "staff.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/login"

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # our own SecurityHeaders sets X-Frame-Options: DENY, or SAMEORIGIN for a letter's frame
    "security.W008",  # redirects to HTTPS are the proxy's: the intake never redirects
]
if IS_LOOPBACK:  # on loopback no HSTS and no Secure cookie (contract 14)
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not IS_LOOPBACK
CSRF_COOKIE_SECURE = not IS_LOOPBACK
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "regard.web.errors.form_too_old"
SESSION_COOKIE_NAME = "regard_session" if IS_LOOPBACK else "__Host-regard_session"
CSRF_COOKIE_NAME = "regard_csrf" if IS_LOOPBACK else "__Host-regard_csrf"
SECURE_HSTS_INCLUDE_SUBDOMAINS = not IS_LOOPBACK
SECURE_HSTS_PRELOAD = not IS_LOOPBACK
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if IS_LOOPBACK else 31_536_000
SECURE_SSL_REDIRECT = False  # the intake never redirects; the proxy in front redirects pages
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
