"""Settings of the test run: a temporary data folder, SQLite or PostgreSQL by `REGARD_TEST_DB`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.postgres import postgres_url

_RUN = os.environ.setdefault("REGARD_TEST_RUN", str(os.getpid()))
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "0")
_FOLDER = Path(tempfile.gettempdir(), f"regard-test-{_RUN}-{_WORKER}")
_FOLDER.mkdir(exist_ok=True)
os.environ["REGARD_DATA"] = str(_FOLDER)
os.environ["REGARD_SECRET_KEY"] = "test-secret-" + "x" * 40
IS_POSTGRES = os.environ.get("REGARD_TEST_DB", "sqlite") == "postgres"
os.environ["DATABASE_URL"] = postgres_url() if IS_POSTGRES else ""

from regard.settings import *  # noqa: E402, F403
from regard.settings import DATABASES  # noqa: E402

if IS_POSTGRES:
    DATABASES["default"]["TEST"] = {"NAME": f"test_regard_{_RUN}"}
else:
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3")}
    # Durability is proved by the kill tests, which start real servers; here it would only cost time.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"
    )
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/not-served/"  # Django's live server would take /static/ for itself; our own view serves it
