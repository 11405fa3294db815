"""``python -m tests.bulk_client`` installs it, unless it is there."""

import subprocess
import sys
import venv
from pathlib import Path

_CONSTRAINTS = Path(__file__).with_name("constraints.txt")
_VERSION = "1.0.3"


def folder() -> Path:
    """Beside the packages of the virtual environment."""
    return Path(sys.prefix) / "share" / f"smart-fetch-{_VERSION}"


def program() -> Path:
    return folder() / "bin" / "smart-fetch"


def ensure() -> None:
    if program().exists():
        return
    venv.create(folder(), with_pip=True, clear=True)
    subprocess.run(
        [
            folder() / "bin" / "python", "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "--constraint", _CONSTRAINTS,
            f"smart-fetch=={_VERSION}",
        ],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    try:
        ensure()
    except subprocess.CalledProcessError:
        raise SystemExit("smart-fetch could not be installed, which a test needs.") from None
