"""Django's settings, read from the environment. The README's table of settings lists what may be set."""

import importlib.util
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

from config import keys, logs, sealing, signing, sqlite

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- what this deployment is ---------------------------------------------------------------------------------------
VAR = Path(env.str("SIGHTLINE_VAR", default=str(BASE_DIR / "var"))).absolute()  # where state lies
KEYS_FILE = VAR / "keys.env"
_chosen = VAR / "partnership"  # written by `sightline init --partnership`
SIGHTLINE_PARTNERSHIP = env.str(
    "SIGHTLINE_PARTNERSHIP", default=_chosen.read_text().strip() if _chosen.exists() else "leeds"
)
SIGHTLINE_MODE = keys.mode(env.ENVIRON, KEYS_FILE)  # production, demo, test or scratch
SECRET_KEY, SIGHTLINE_KEY = keys.keys_for(SIGHTLINE_MODE, KEYS_FILE)
_, SIGHTLINE_KEY_OTHERS, SIGHTLINE_DIGEST_KEY, SIGHTLINE_KEYS_FROM = sealing.sealing_keys(env.ENVIRON, KEYS_FILE)
SIGHTLINE_SIGNING_KEY = signing.signing_key(env.ENVIRON, KEYS_FILE, SIGHTLINE_MODE)  # signs the ledger's checkpoints
IS_PRODUCTION = SIGHTLINE_MODE == "production"
# What the database cannot contradict (how far the ledger had got, which keys were destroyed): on another disk, if possible.
_kept_outside = str(VAR / "anchor") if SIGHTLINE_MODE in ("production", "demo") else ""
SIGHTLINE_ANCHOR = env.str("SIGHTLINE_ANCHOR", default=_kept_outside)
# Who countersigns the ledger's checkpoints: "https://witness.example name+1a2b3c4d+key", parted by commas.
SIGHTLINE_WITNESSES = env.list("SIGHTLINE_WITNESSES", default=[])
SIGHTLINE_ADDRESS = env.str("SIGHTLINE_ADDRESS", default="http://127.0.0.1:8000/")  # where one signs in, for e-mails
# E-mail says that something waits, and no more. Without a server none is sent; a demonstration writes them into files.
_server = env.str("SIGHTLINE_MAIL", default=f"filemail:///{VAR}/mail" if SIGHTLINE_MODE == "demo" else "")
SIGHTLINE_MAIL_FROM = env.str("SIGHTLINE_MAIL_FROM", default="sightline@localhost") if _server else ""
if _server:
    EMAIL_TIMEOUT = 20  # seconds
    vars().update(environ.Env.email_url_config(_server))  # EMAIL_BACKEND, EMAIL_HOST and the like
HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")  # whoever has it is told how this server is, in detail

DEBUG = False  # always: a technical error page shows a child's record to whoever caused the error
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- the code --------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "sightline.web",  # first: its templates come before those of the packages
    "sightline.api",
    "sightline.jobs",
    "sightline.retention",
    "sightline.disclosure",
    "sightline.front_door",
    "sightline.watching",
    "sightline.messages",
    "sightline.signals",
    "sightline.contexts",
    "sightline.clocks",
    "sightline.chronology",
    "sightline.identity",
    "sightline.intake",
    "sightline.sharing",
    "sightline.agencies",
    "sightline.ledger",
    "sightline.vault",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "django_htmx",
    "django.forms",  # last: so that a template of ours may replace one of its own
]

MIDDLEWARE = [
    "config.logs.RequestIdMiddleware",
    "config.walled_postgresql.middleware.FromNobodyMiddleware",
    "sightline.web.evenly.EvenlyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.sessions.SlidingSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sightline.web.middleware.ReadingMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "sightline.web.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- the database ----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'sightline.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Who copies the server for `sightline backup` (PostgreSQL's right REPLICATION), where that is another user.
BACKUP_DATABASE = env.db_url("BACKUP_DATABASE_URL") if env.str("BACKUP_DATABASE_URL", default="") else None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "config.patient_sqlite3"
    DATABASES["default"]["OPTIONS"] = sqlite.options()
    Path(DATABASES["default"]["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sqlite.make_private(str(DATABASES["default"]["NAME"]))
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "config.walled_postgresql"  # the second wall, where this user stands behind one

# In memory, and of nothing but counts of failed sign-ins. Django's own bound of 300 would let whoever tries that many user
# names push the count of the one they mean out of it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 200_000}},
}

# --- time and language -----------------------------------------------------------------------------------------------
TIME_ZONE = "Europe/London"  # shown; stored in UTC
USE_TZ = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]

# --- static files: `make assets` collects them ------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "var" / "assets"]  # from npm, by scripts/assets.py; our own lie in sightline/web/static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # there are no attachments
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if SIGHTLINE_MODE == "test":  # served as they lie, so that a test sees an edit at once
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True

# --- who may come in -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "agencies.Worker"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # a worker is known by user name; we send no mail
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes when the browser closes
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
if SIGHTLINE_MODE == "test":
    ACCOUNT_RATE_LIMITS = False  # else allauth's own: five failed tries in five minutes, and their like
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
if importlib.util.find_spec("sightline.web.accounts") and importlib.util.find_spec("sightline.web.accounts.adapter"):
    ACCOUNT_ADAPTER = "sightline.web.accounts.adapter.AccountAdapter"  # nobody signs up

MFA_ADAPTER = "sightline.web.accounts.adapter.SecondFactorAdapter"  # its secrets are sealed; it stays on
SOCIALACCOUNT_ADAPTER = "sightline.web.accounts.adapter.SocialAccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Sightline"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute out

SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env.str("OIDC_NAME", default="your organisation"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

# "Not there" is answered on a beat, in seconds (sightline/web/evenly.py). Tests ask for what is hidden thousands of times.
NOT_THERE_BEAT = 0.0 if SIGHTLINE_MODE == "test" else 0.05

# --- sessions and cookies --------------------------------------------------------------------------------------------
SESSION_ENGINE = "config.session_store"
if IS_PRODUCTION:  # a browser takes these from this very host over HTTPS alone: no neighbouring host can plant one
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = 30 * 60  # idle; SlidingSessionMiddleware pushes it forward
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from the identity provider
SESSION_COOKIE_SECURE = IS_PRODUCTION  # so that nobody signs in over plain HTTP outside a demonstration
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_PRODUCTION

# --- what the browser is told ----------------------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_SSL_REDIRECT = env.bool("HTTPS_REDIRECT", default=False)  # the proxy in front usually does this
if env.bool("BEHIND_HTTPS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A browser holds redirects after a form to this list too, so signing on elsewhere must be named.
        "form-action": [SELF, *([OIDC_SERVER_URL] if OIDC_SERVER_URL else [])],
    }
}

# A supplier's sample is the one file that a page takes: it stays in memory (at most 2.5 MB), never unsealed on a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
LOGGING = logs.LOGGING
