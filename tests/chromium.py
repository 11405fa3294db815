"""Finds the Chromium that the browser tests drive; `make test` installs it where it may."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MISSING = (
    "The browser tests need Chromium: install it (Debian and Ubuntu: apt install chromium), or "
    "set CHROMIUM to the path of one."
)


def executable() -> str:
    """Raises LookupError with a sentence for the developer where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise LookupError(_MISSING)
    return found


def ensure() -> None:
    try:
        executable()
    except LookupError:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
        sys.stdout.write("Installing Chromium for the browser tests ...\n")
        sys.stdout.flush()
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=True, stdout=subprocess.DEVNULL)
        executable()


if __name__ == "__main__":
    try:
        ensure()
    except LookupError as missing:
        raise SystemExit(str(missing)) from None
    except subprocess.CalledProcessError:
        raise SystemExit(f"Chromium could not be installed. {_MISSING}") from None
