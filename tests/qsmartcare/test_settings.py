"""What stands outside the process reaches the settings."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOW = "from django.conf import settings as s; print(s.{name})"


def setting(name: str, data_dir: Path, **surroundings: str) -> str:
    """As a process of its own sees it."""
    finished = subprocess.run(
        [sys.executable, "-c", SHOW.format(name=name)],
        cwd=ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": "qsmartcare.settings", "DATA_DIR": str(data_dir),
            **surroundings,
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return finished.stdout.strip()


def test_the_database_url_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://ehr:s3cret@db.example.org:6432/records\n")
    found = setting("DATABASES['default']", tmp_path, DATABASE_URL_FILE=str(file))
    for part in ("'ehr'", "'s3cret'", "'db.example.org'", "'6432'", "'records'"):
        assert part in found


def test_without_a_database_url_the_local_one_is_meant(tmp_path: Path) -> None:
    assert setting("DATABASES['default']['NAME']", tmp_path) == "qsmartcare"


def test_a_silent_mail_server_is_given_up_soon(tmp_path: Path) -> None:
    assert setting("EMAIL_TIMEOUT", tmp_path) == "10"
    assert setting("EMAIL_TIMEOUT", tmp_path, EMAIL_TIMEOUT="3") == "3"


def test_proxies_are_a_list(tmp_path: Path) -> None:
    assert setting("TRUSTED_PROXIES", tmp_path) == "[]"
    found = setting("TRUSTED_PROXIES", tmp_path, TRUSTED_PROXIES="10.0.0.7, 10.0.1.0/24")
    assert found == "['10.0.0.7', '10.0.1.0/24']"
