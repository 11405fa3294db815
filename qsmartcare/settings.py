"""Every setting of the product. What can be set from outside is read through ``env``."""

from pathlib import Path

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from qsmartcare import bulk_storage, env, keyring

# --- Where it runs -----------------------------------------------------------------------------
ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", "./var")
PORT = env.number("PORT", 8000)
BASE_URL = env.text("BASE_URL", f"http://localhost:{PORT}").rstrip("/")
FHIR_BASE_URL = f"{BASE_URL}/R4-patient-api"
PROVIDER_BASE_URL = f"{BASE_URL}/provider-api/v1"
STATUS_PROBE_URL = env.text("STATUS_PROBE_URL", BASE_URL).rstrip("/")  # where workers reach it
WEB_THREADS = env.number("WEB_THREADS", 8)  # of each web process; how many bodies it waits for
IS_HTTPS = BASE_URL.startswith("https://")
DEBUG = env.flag("DEBUG", False)
DEMO = env.flag("DEMO", False)  # shows the outbox page; `make run` sets it
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")  # whose X-Forwarded-For is believed (wsgi.py)
MAINTENANCE_FILE = DATA_DIR / "maintenance"  # while it exists, every address answers 503
ROOT_URLCONF = "qsmartcare.urls"
WSGI_APPLICATION = "qsmartcare.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secrets -----------------------------------------------------------------------------------
_keyring = keyring.load(DATA_DIR)
SECRET_KEY, *SECRET_KEY_FALLBACKS = _keyring.secret_keys
ENCRYPTION_KEYS = _keyring.encryption_keys
DIGEST_KEYS = _keyring.digest_keys
JWT_PRIVATE_KEY = _keyring.jwt_private_key
AUDIT_KEYS = _keyring.audit_keys

# --- Database ----------------------------------------------------------------------------------
_DATABASE = conninfo_to_dict(env.secret("DATABASE_URL") or "postgresql:///qsmartcare")
DATABASE_ROLE = env.text("DATABASE_ROLE", "")  # web processes take it
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _DATABASE.pop("dbname", "qsmartcare"),
        "USER": _DATABASE.pop("user", ""),
        "PASSWORD": _DATABASE.pop("password", ""),
        "HOST": _DATABASE.pop("host", ""),
        "PORT": _DATABASE.pop("port", ""),
        # A connection a thread, for good: opening one costs more than most requests.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,  # for pages; the API's own SQL repeats itself (fhirapi/sql.py)
        "OPTIONS": {
            "prepare_threshold": None,  # fhirapi/sql.py keeps plans itself
            # No request may hold a thread, or what others wait for, for longer; 0 (commands): as
            # long as it takes.
            # What fhirapi/sql.py prepares is written to have one good plan: so one is made.
            "options": f"-c statement_timeout={env.number('STATEMENT_TIMEOUT', 0)}s "
            f"-c lock_timeout={env.number('LOCK_TIMEOUT', 0)}s "
            f"-c idle_in_transaction_session_timeout={env.number('IDLE_TIMEOUT', 0)}s "
            "-c plan_cache_mode=force_generic_plan",
            # A server that has vanished holds no thread for good: milliseconds, the others seconds.
            "connect_timeout": "10",
            "tcp_user_timeout": "30000",
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
            **_DATABASE,
            # It owns no tables, so their policies bind it (store/isolation.py).
            **({"assume_role": DATABASE_ROLE} if DATABASE_ROLE else {}),
        },
    }
}

_longest = env.number("STATEMENT_TIMEOUT", 0)
SEARCH_TIMEOUT = env.number("SEARCH_TIMEOUT", 5)  # seconds; of one that names no patient
SEARCH_TIMEOUT = min(SEARCH_TIMEOUT, _longest) if _longest else SEARCH_TIMEOUT
# Saves planning on the hot path; off for a pooler that cannot keep prepared statements.
REFERENTIAL_INTEGRITY = env.flag("REFERENTIAL_INTEGRITY", True)  # of what is written by request
PREPARED_STATEMENTS = env.flag("PREPARED_STATEMENTS", True)

# --- Parts -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "qsmartcare.apps.ProjectConfig",
    "portal",
    "fhirapi",
    "oauth2_provider",
    "django_otp",
    "django_htmx",
    "csp",
    "qsmartcare.admin_config.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "procrastinate.contrib.django",  # the queue of exports and imports
]
MIDDLEWARE = [  # for pages; the API takes its own way (wsgi.py)
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.ui.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.status.nobody.NobodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "portal.accounts.sessions.limits.SessionLimitsMiddleware",
    "portal.ui.headers.HeadersMiddleware",
    "portal.ui.person.PersonMiddleware",
    "portal.ui.too_many.TooManyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.ui.errors.ConflictMiddleware",
    "portal.ui.errors.MethodMiddleware",
    "portal.accounts.doorkeeper.DoorkeeperMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.context.portal",
                "portal.operations.announcing.context",
            ],
            "builtins": ["portal.documentation.tags"],
        },
    }
]
FORM_RENDERER = "portal.ui.forms.FormRenderer"

# --- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.Account"
AUTHENTICATION_BACKENDS = [
    "portal.accounts.signin.PasswordAndPinBackend",
    "portal.accounts.signin.PasskeyBackend",
]
PASSWORD_HASHERS = [
    "portal.accounts.hashing.Argon2Hasher",
    "fhirapi.smart.secrets.KeyedDigestHasher",  # client secrets only
]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
    {"NAME": "portal.accounts.password.PersonalWordsValidator"},
]
LOGIN_URL = "portal:patient-sign-in"
LOGIN_REDIRECT_URL = "portal:home"
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 12) * 3600  # at most, whatever is done
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", 30) * 60  # without anything being done
# A cookie of this name comes from this very host and over TLS. RFC 6265bis 4.1.3.2
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}qsmartcare_session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL] if IS_HTTPS else []
CSRF_FAILURE_VIEW = "portal.ui.errors.csrf_failure"

# Failed sign-ins (portal/accounts/lockout.py): of a username from one place, until it is locked
SIGN_IN_FAILURE_LIMIT = env.number("SIGN_IN_FAILURE_LIMIT", 5)
SIGN_IN_LOCK_OUT_MINUTES = env.number("SIGN_IN_LOCK_OUT_MINUTES", 15)
SIGN_IN_FAILURES_OF_ACCOUNT = env.number("SIGN_IN_FAILURES_OF_ACCOUNT", 20)  # of all places, a day
SIGN_IN_FAILURES_OF_ADDRESS = env.number("SIGN_IN_FAILURES_OF_ADDRESS", 100)  # all names, an hour

# --- Audit trail -------------------------------------------------------------------------------
AUDIT_YEARS = env.number("AUDIT_YEARS", 6)  # HIPAA, 45 CFR 164.316(b)(2): for how long it is kept

# --- Mail --------------------------------------------------------------------------------------
LETTERS_AN_HOUR = env.number("LETTERS_AN_HOUR", 200)  # caused by one address, not signed in
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "outbox"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD") or ""
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 10)  # seconds; a person waits for the page
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "security@qsmartcare.example")  # in documentation
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "QSmartCare <no-reply@qsmartcare.example>")

# --- OAuth 2.0 ---------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "fhirapi.Client"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "fhirapi.AccessToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "fhirapi.RefreshToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "fhirapi.IDToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_GRANT_MODEL = "fhirapi.AuthorizationCode"
ACCESS_TOKEN_LIFETIME = 3600  # seconds; SMART App Launch 2.2: at most an hour
ONLINE_ACCESS_LIFETIME = SESSION_COOKIE_AGE  # online_access: as long as a sign-in may last
REQUESTS_A_MINUTE = env.number("REQUESTS_A_MINUTE", 300_000)  # of one client or key; 0: any number
ACCOUNT_REQUESTS_A_MINUTE = env.number("ACCOUNT_REQUESTS_A_MINUTE", 300_000)  # all its apps, pages
OPEN_REQUESTS_A_MINUTE = env.number("OPEN_REQUESTS_A_MINUTE", 30_000)  # of one address, nobody's
FAILURES_A_MINUTE = env.number("FAILURES_A_MINUTE", 1_200)  # wrong tokens, secrets of one address
REGISTRATIONS_AN_HOUR = env.number("REGISTRATIONS_AN_HOUR", 100)  # by one address; 0: none
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "fhirapi.smart.tokens.validator.Validator",
    "SCOPES_BACKEND_CLASS": "fhirapi.smart.access.granular.RegistryScopes",
    "ACCESS_TOKEN_GENERATOR": "fhirapi.smart.tokens.jwt.access_token_for_request",
    "REFRESH_TOKEN_GENERATOR": "fhirapi.smart.secrets.refresh_token_for_request",
    "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_TOKEN_LIFETIME,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 100 * 24 * 3600,  # (g)(10): at least three months
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "PKCE_REQUIRED": True,
    # RFC 9700: what OAuth 2.1 took away is not offered.
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "CLIENT_SECRET_HASHER": "keyed_sha256",
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": FHIR_BASE_URL,
    "OIDC_RSA_PRIVATE_KEY": JWT_PRIVATE_KEY,
}

# --- Bulk data ---------------------------------------------------------------------------------
EXPORTS_AT_ONCE = env.number("EXPORTS_AT_ONCE", 5)  # of one client
EXPORT_PART_ROWS = env.number("EXPORT_PART_ROWS", 200_000)  # that a worker does at a time
EXPORT_HOURS = env.number("EXPORT_HOURS", 24)  # for which files can be fetched
EXPORT_HISTORY_DAYS = env.number("EXPORT_HISTORY_DAYS", 90)  # for which it is told that it was
IMPORT_HOSTS = env.words("IMPORT_HOSTS")  # host, host:port; and networks that are not public
IMPORTS_AT_ONCE = env.number("IMPORTS_AT_ONCE", 2)  # of one client
IMPORT_FILE_MB = env.number("IMPORT_FILE_MB", 5_000)  # of one file, as it comes and unpacked
IMPORT_HOURS = env.number("IMPORT_HOURS", 24)  # for which uploads and rejects are kept
PROCRASTINATE_IMPORT_PATHS = [
    "fhirapi.bulk.tasks", "fhirapi.bulk.importing.tasks", "portal.status.tasks",
    "portal.subscriptions.tasks", "portal.partners.tasks",
]  # fmt: skip
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "queue_tasks"  # no room of ours has one

# --- Pages -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}qsmartcare_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")  # the practice's; people choose their own
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "bulk": bulk_storage.from_environment(DATA_DIR),
    # A name for each content, kept by browsers for good, compressed once (prepare.py does it).
    "staticfiles": {"BACKEND": "qsmartcare.static_files.Storage"},
}
WHITENOISE_USE_FINDERS = True  # addresses without the content's digest are answered as well
WHITENOISE_MAX_AGE = 3600

# --- Browser security --------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Of `manage.py check --deploy`, each with its reason.
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for other hosts below the domain: they are not ours to speak for
    "security.W008",  # the proxy in front redirects to https (docs/operations/install.md)
    "security.W021",  # in the lists of browsers: for whoever owns the whole domain to decide
    # http redirect URIs: taken for this machine's own addresses only, where native apps listen
    # (RFC 8252 section 7.3; fhirapi/smart/clients/registration.py refuses all others).
    "oauth2_provider.W008",
]

# --- Figures for monitoring ---------------------------------------------------------------------
METRICS_TOKEN = env.secret("METRICS_TOKEN") or ""  # without it /metrics answers this machine only

# --- Logs --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"routes": {"()": "qsmartcare.logs.RoutesForPaths"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["routes"]}
    },
    "loggers": {"django": {"level": "INFO"}},  # without Django's own handlers, which print paths
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING")},
}
