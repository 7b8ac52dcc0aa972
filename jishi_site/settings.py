"""All settings, read from the environment. Every variable starts with JISHI_ and has a working default."""

import contextlib
import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("JISHI_VAR_DIR", BASE_DIR / "var")).resolve()
PLACES_DIR = Path(os.environ.get("JISHI_PLACES_DIR", BASE_DIR / "places")).resolve()


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def days(name: str, default: int, least: int = 1) -> timedelta:
    """How many days something is kept."""
    given = int(os.environ.get(name, default))
    if given < least:
        raise ImproperlyConfigured(f"{name}={given}: at least {least}")
    return timedelta(days=given)


def secret_key() -> str:
    """The signing key: given by the operator, or made once and kept beside the data."""
    given = os.environ.get("JISHI_SECRET_KEY")
    if given:
        return given
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(os.urandom(48).hex())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, kept)  # of two first starts exactly one key wins
        fresh.unlink()
    return kept.read_text()


def database(url: str | None) -> dict:
    """Django's database entry for ``postgresql://user:password@host:port/name`` or ``sqlite:///path``."""
    if not url or url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///") if url else str(VAR_DIR / "jishi.sqlite3")
        return {
            "ENGINE": "jishi.orm.sqlite",
            "NAME": path,
            # Kept by its thread: whoever closes the last connection must first write the whole log into the file.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: a write that was acknowledged survives a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;"
                "PRAGMA temp_store=MEMORY;",
            },
        }
    parts = urlsplit(url)
    options: dict = dict(parse_qsl(parts.query))
    # Statements sent often are prepared on their connection, which halves what the database spends on a registration.
    options |= {"server_side_binding": True, "prepare_threshold": 5}
    options["pool"] = {"min_size": 1, "max_size": int(os.environ.get("JISHI_DATABASE_POOL", "8"))}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


SECRET_KEY = secret_key()
# The codes on receipts are made and checked with the first of these; those made with a later one still open theirs.
RECEIPT_KEYS = [*filter(None, os.environ.get("JISHI_RECEIPT_KEYS", "").split(",")), SECRET_KEY]
DEBUG = flag("JISHI_DEBUG")
ALLOWED_HOSTS = os.environ.get("JISHI_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JISHI_TRUSTED_ORIGINS", "").split(",") if o]

# What these say about the client's address is believed; nobody else's X-Forwarded-For is read.
TRUSTED_PROXIES = [
    ip_network(network.strip(), strict=False)
    for network in os.environ.get("JISHI_TRUSTED_PROXIES", "").split(",")
    if network.strip()
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "jishi.audit",
    "jishi.once",
    "jishi.territory",
    "jishi.organizations",
    "jishi.accounts",
    "jishi.addresses",
    "jishi.registers",
    "jishi.parts",
    "jishi.planning",
    "jishi.duties",
    "jishi.notices",
    "jishi.matters",
    "jishi.orders",
    "jishi.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jishi.api.programs.ProgramsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jishi.web.middleware.RequestNumberMiddleware",
    "jishi.web.middleware.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jishi.web.middleware.ViewerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "jishi_site.urls"
WSGI_APPLICATION = "jishi_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "jishi" / "web" / "templates"],
        "OPTIONS": {"environment": "jishi.web.environment.environment"},
    },
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}},
]

DATABASES = {"default": database(os.environ.get("JISHI_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["jishi.accounts.backend.Argon2"]
AUTHENTICATION_BACKENDS = ["jishi.accounts.backend.PersonBackend"]
SESSION_ENGINE = "jishi.accounts.sessions"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

# A phone may be offline for 72 hours and must still be able to send what it kept.
SESSION_COOKIE_AGE = 5 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("JISHI_HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE and TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "jishi.web.errors.views.form_expired"

# Photos from a phone are up to 10 MB; anything bigger is refused before it is read into memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# The usual 300 entries are few: many addresses at once would push out the counts against guessing.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "jishi" / "web" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
IMPORTS_DIR = VAR_DIR / "imports"  # uploaded lists of people; no page serves them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jishi.web.storage.HashedStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a folder that is not there
# Before `collectstatic` (tests, writing pages) files come straight from the source folders.
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = DEBUG

EMAIL_HOST = os.environ.get("JISHI_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("JISHI_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("JISHI_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("JISHI_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = flag("JISHI_EMAIL_TLS")
DEFAULT_FROM_EMAIL = os.environ.get("JISHI_EMAIL_FROM", "jishi@localhost")

# Webhooks to addresses on this machine or in private networks are refused unless the operator says otherwise.
JISHI_ALLOW_LOCAL_HOOKS = flag("JISHI_ALLOW_LOCAL_HOOKS")

# How long what served the moment is kept. The history of matters and the audit record are kept for ever.
KEEP_KEYS = days("JISHI_KEEP_KEYS_DAYS", 30, least=4)  # a phone may be offline for 72 hours
KEEP_MESSAGES = days("JISHI_KEEP_MESSAGES_DAYS", 30)
KEEP_NOTICES = days("JISHI_KEEP_NOTICES_DAYS", 180)

# The place template this deployment runs (a folder of PLACES_DIR).
PLACE = os.environ.get("JISHI_PLACE", "shifeng")
# Marks every page with the band 演示数据; a place template that says `demo: true` does the same.
DEMO = flag("JISHI_DEMO")

# Raster tiles under the county's own shapes, several separated by spaces; none are needed. See jishi/web/outside.py.
MAP_TILES = os.environ.get("JISHI_MAP_TILES", "")
MAP_SUBDOMAINS = os.environ.get("JISHI_MAP_SUBDOMAINS", "01234567")
MAP_KEY = os.environ.get("JISHI_MAP_KEY", "")
if MAP_TILES:
    # Whoever serves tiles checks the site a key was given to; they learn its name, never the page.
    SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
MAP_ATTRIBUTION = os.environ.get("JISHI_MAP_ATTRIBUTION", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("JISHI_LOG_LEVEL", "WARNING")},
}
