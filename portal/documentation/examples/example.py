"""An example as its file has it.

``{"who": "patient", "steps": [{"words": "Read a patient", "request": "GET /R4-patient-api/..."}]}``

Of a step only ``words`` and ``request`` are needed. Capital names after a dollar are variables, as
the shell has them: ``$ACCESS_TOKEN`` and the like are the asker's, others were kept by an earlier
step.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fhirapi.store import exact

FOLDER = Path(__file__).parent / "recorded"
WHO = {
    "nobody": "no token",
    "patient": "the access key of a patient, Rebecca Larson",
    "provider": "a provider's access key for two patients",
    "writer": "a provider's access key that may write",
    "app": "a registered app with a secret, which Rebecca Larson approved",
    "service": "a backend service with system/*.rs",
    "partner": "a backend service that is approved for Provider Access, with system/*.cruds",
}
_OF_A_FILE = {"who", "steps"}
_OF_A_STEP = {
    "words", "request", "who", "token", "headers", "user", "form", "files", "json", "text", "keep",
    "waits", "answer",
}  # fmt: skip


class BadExample(ValueError):
    """The file is not as ``example.py`` says."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any
    """JSON as ``exact`` reads it, or a text; None: there was none."""


@dataclass(frozen=True)
class Step:
    words: str
    """What it does: ``Read a patient``."""
    request: str
    """``GET /R4-patient-api/Patient/142859``, or an address that an earlier step kept."""
    who: str = "nobody"
    token: bool = True
    """Whether the asker's access token is sent; the variables are the asker's all the same."""
    headers: dict[str, str] | None = None
    user: str = ""
    """Of HTTP Basic: ``$CLIENT_ID:$CLIENT_SECRET``."""
    form: dict[str, str] | None = None
    files: dict[str, dict[str, str]] | None = None
    """Of a multipart form: ``{"file": {"name": "note.txt", "type": ..., "text": ...}}``."""
    json: Any = None
    text: str = ""
    """A body that is neither a form nor JSON."""
    keep: dict[str, str] | None = None
    """Variables for later steps: ``header:Location`` or ``body:output.0.url``."""
    waits: bool = False
    """First the workers finish what has been asked for."""
    answer: Answer | None = None

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def address(self) -> str:
        return self.request.partition(" ")[2]

    @property
    def has_token(self) -> bool:
        return self.token and self.who != "nobody"


@dataclass(frozen=True)
class Example:
    name: str
    steps: tuple[Step, ...]

    @property
    def waits(self) -> bool:
        """Whether a worker has to do something between its steps."""
        return any(each.waits for each in self.steps)


def names() -> list[str]:
    """Of every example: ``patient-read``, ``types/Patient``."""
    found = (path.relative_to(FOLDER).with_suffix("") for path in FOLDER.rglob("*.json"))
    return sorted(path.as_posix() for path in found)


@cache
def example(name: str) -> Example:
    """Raises BadExample where there is none of that name, or its file is wrong."""
    return Example(name, tuple(_steps(name, written(name))))


def written(name: str) -> dict[str, Any]:
    """The file as it is."""
    try:
        found = exact.parse((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise BadExample(f"There is no example {name}.") from error
    if type(found) is not dict or not set(found) <= _OF_A_FILE or not found.get("steps"):
        raise BadExample(f"{name}: members are {sorted(_OF_A_FILE)}.")
    return found


def write(name: str, content: dict[str, Any]) -> None:
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(exact.write(content, is_pretty=True) + "\n", encoding="utf-8")
    example.cache_clear()


def _steps(name: str, content: dict[str, Any]) -> list[Step]:
    made = []
    for each in content["steps"]:
        if not {"words", "request"} <= set(each) <= _OF_A_STEP:
            raise BadExample(f"{name}: members of a step are {sorted(_OF_A_STEP)}.")
        answer = Answer(**each["answer"]) if "answer" in each else None
        step = Step(**{"who": content.get("who", "nobody"), **each, "answer": answer})
        if step.who not in WHO:
            raise BadExample(f"{name}: {step.who} is none of {', '.join(WHO)}.")
        made.append(step)
    return made
