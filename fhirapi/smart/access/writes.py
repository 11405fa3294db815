"""Which scopes write, and what is left of them where nobody may. Pure.

Patient Access is read-only: ``patient/`` scopes never write. The others do for access keys and
apps that may (``store/writer.py``); everybody else is granted what reads, and the answer says so.
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
"""

from collections.abc import Iterable
from dataclasses import replace

from fhirapi.smart.access.scopes import WRITES, parse_one


def writes(word: str) -> bool:
    scope = parse_one(word)
    return scope is not None and bool(scope.permissions & WRITES)


def is_of_patient(word: str) -> bool:
    scope = parse_one(word)
    return scope is not None and scope.context == "patient"


def reading(word: str) -> str:
    """The part that reads, in the spelling of the whole; empty where no part does."""
    scope = parse_one(word)
    if scope is None or not scope.permissions & WRITES:
        return word
    if word.partition("?")[0].endswith(".*"):  # version 1
        head, _, constraint = word.partition("?")
        return head[:-1] + "read" + (f"?{constraint}" if constraint else "")
    left = scope.permissions - WRITES
    return str(replace(scope, permissions=left)) if left else ""


def grantable(words: Iterable[str], *, may_write: bool) -> list[str]:
    """What of them is granted; ``may_write``: whether somebody said that it may be changed."""
    kept = (word if may_write and not is_of_patient(word) else reading(word) for word in words)
    return list(dict.fromkeys(filter(None, kept)))
