"""Every error with cause and remedy: ``errors.toml`` and ``codes.py`` beside what the code says.

https://hl7.org/fhir/R4/operationoutcome.html, RFC 6749 section 5.2, RFC 9457
"""

import inspect
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils import translation

from fhirapi import outcomes, write_outcomes
from fhirapi.bulk import problems as bulk
from fhirapi.bulk.importing import problems as imports
from fhirapi.outcomes import Outcome
from fhirapi.provider.problems import TYPES
from fhirapi.smart.answers import WRONG_KEY
from fhirapi.smart.tokens.endpoint import SESSION_GONE
from portal.documentation import codes

MODULES = {
    "outcomes": outcomes,
    "write_outcomes": write_outcomes,
    "bulk": bulk,
    "imports": imports,
}
_FOLDER = Path(__file__).parent
_LEFT_OUT = "…"


@dataclass(frozen=True)
class Error:
    title: str
    """Its heading, from which its address is made."""
    status: int
    code: str
    text: str
    cause: str
    remedy: str


@cache
def outcome_errors() -> dict[str, list[Error]]:
    """Those that are told as OperationOutcome, by what they are about."""
    content = tomllib.loads((_FOLDER / "errors.toml").read_text(encoding="utf-8"))
    return {about: [_error(each) for each in listed] for about, listed in content.items()}


def _error(told: dict[str, str]) -> Error:
    module, _, name = told["of"].partition(".")
    made = sample(getattr(MODULES[module], name))
    cause, remedy = _words(name) if "cause" not in told else (told["cause"], told["remedy"])
    return Error(told["title"], made.status, made.code, made.text, cause, remedy)


def _words(name: str) -> tuple[str, str]:
    """In English, as the chapters are; empty where there are none."""
    with translation.override("en"):
        found = codes.words(name)
        return (str(found.what), str(found.todo)) if found else ("", "")


def sample(make: Callable[..., Outcome]) -> Outcome:
    """With … for whatever it is about."""
    return make(*(_LEFT_OUT for _ in inspect.signature(make).parameters))


def makers() -> Iterator[str]:
    """Every function that makes one, as ``of`` names it."""
    for module, found in MODULES.items():
        for name, made in inspect.getmembers(found, inspect.isfunction):
            is_ours = made.__module__ == found.__name__ and not name.startswith("_")
            if is_ours and inspect.signature(made).return_annotation is Outcome:
                yield f"{module}.{name}"


@cache
def oauth_errors() -> dict[str, list[dict[str, Any]]]:
    """Those of the OAuth addresses; ``error``, ``status``, ``when``, ``remedy`` each."""
    found: dict[str, list[dict[str, Any]]] = tomllib.loads(
        (_FOLDER / "oauth_errors.toml").read_text(encoding="utf-8")
    )
    return found


def facts() -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    by_code: dict[str, list[str]] = {}
    for each in chain.from_iterable(outcome_errors().values()):
        by_status.setdefault(each.status, []).append(each.title)
        by_code.setdefault(each.code, []).append(each.title)
    for oauth in chain.from_iterable(oauth_errors().values()):
        for code in oauth["error"].split(", "):
            by_code.setdefault(code, []).append(oauth["title"])
    return {
        "errors": outcome_errors(),
        "by_status": sorted(by_status.items()),
        "by_code": [(code, *_words(code), listed) for code, listed in sorted(by_code.items())],
        "oauth": oauth_errors(),
        "problem_types": TYPES,
        "wrong_key": WRONG_KEY,
        "session_gone": SESSION_GONE,
    }
