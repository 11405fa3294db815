"""Makes `.venv` and installs the pinned packages; skips both when nothing has changed.

Runs before anything is installed, so it uses the standard library alone. What is needed stands in
``pyproject.toml``, which versions in ``constraints.txt``.
https://pip.pypa.io/en/stable/user_guide/#constraints-files
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from importlib.util import find_spec
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_VENV = _ROOT / ".venv"
_PYTHON = _VENV / "bin" / "python"
_CONSTRAINTS = _ROOT / "constraints.txt"
_PYPROJECT = _ROOT / "pyproject.toml"
_STAMP = ".installed-"


def install(extras: list[str]) -> None:
    """Brings `.venv` up to date with the project's dependencies and those of the extras."""
    _VENV.mkdir(exist_ok=True)
    with (_VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make`s at once take turns
        state = _state()
        if _PYTHON.exists() and _is_installed(set(extras), state):
            return
        if not _has_pip():
            _create_venv()
        _install_packages(_requirements(extras))
        (_VENV / f"{_STAMP}{'+'.join(sorted(extras))}").write_text(state)


def _is_installed(extras: set[str], state: str) -> bool:
    """Whether these extras, or more than these, have been installed as things stand now."""
    return any(
        stamp.read_text() == state and extras <= set(stamp.name.removeprefix(_STAMP).split("+"))
        for stamp in _VENV.glob(f"{_STAMP}*")
    )


def _state() -> str:
    """Changes whenever the installed packages might have to."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (_PYPROJECT, _CONSTRAINTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _requirements(extras: list[str]) -> list[str]:
    project = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(each for extra in extras for each in optional[extra])]


def _has_pip() -> bool:
    if not _PYTHON.exists():
        return False
    command = [str(_PYTHON), "-c", "import pip"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def _create_venv() -> None:
    if find_spec("ensurepip") is None:
        raise SystemExit(
            "Python's venv module is incomplete here: install it (Debian and Ubuntu: "
            "apt install python3-venv) and run the command again."
        )
    _say("Creating .venv ...\n")
    try:
        # Not `clear`: it would remove the lock. What a broken environment holds is overwritten.
        venv.create(_VENV, with_pip=True, symlinks=True, upgrade_deps=False)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"The virtual environment could not be created: {error}.") from None


def _install_packages(requirements: list[str]) -> None:
    command = [
        str(_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
        "--progress-bar=off", "--constraint", str(_CONSTRAINTS), *requirements,
    ]  # fmt: skip
    total = sum(1 for line in _CONSTRAINTS.read_text().splitlines() if "==" in line)
    last_lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - pip, with what pyproject.toml asks for
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        seen = 0
        for line in pip.stdout or ():
            last_lines = [*last_lines[-7:], line]
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                _show_progress(f"Installing packages: {seen} (of at most {total})", seen)
            elif line.startswith("Installing collected packages"):
                _show_progress("Installing packages: unpacking ...", 0)
    _say("\n")
    if pip.returncode:
        _say("".join(last_lines))
        raise SystemExit(
            "The packages could not be installed (pip's last words are above). "
            "Is the package index reachable?"
        )


def _show_progress(text: str, seen: int) -> None:
    if sys.stdout.isatty():
        _say(f"\r{text:<60}")
    elif seen % 10 == 0:
        _say(f"{text}\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    os.environ.pop("PYTHONHOME", None)
    try:
        install(sys.argv[1:])
    except KeyboardInterrupt:
        _say("\n")
        raise SystemExit(130) from None
    except OSError as problem:
        raise SystemExit(f".venv could not be prepared: {problem}.") from None
