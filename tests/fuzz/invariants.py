"""What holds of every answer, whatever was asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fuzz.sending import Answer, Request
from tests.fuzz.world import Asker, Record

SLOWEST = 2.0  # seconds
_FHIR = "/R4-patient-api/"
# What is not one of these is an unknown address of the FHIR base.
_OAUTH = re.compile(
    rf"{_FHIR}(?:oath2/token|oauth2/(?:token|introspect|revoke|userinfo|jwks|register(?:/[^/]+)?))"
    r"(?:\.php)?/?"
)
_PAGES = re.compile(rf"{_FHIR}oauth2/(?:authorize|manage(?:/[^/]+){{0,2}})")
# What anybody may read has made-up examples in it, of the same made-up people.
_PUBLIC = (
    f"{_FHIR}openapi.json",
    "/provider-api/v1/openapi.json",
    "/api-documentation",
    "/downloads/",
)
_NO_FHIR = (f"{_FHIR}.well-known/", f"{_FHIR}bulk/files/")
# What nobody outside should read; the documentation has none of these.
_INSIDE = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|site-packages|"
    r"psycopg|fhirapi_[a-z]+|portal_account|invalid input syntax|syntax error at or near|"
    r"\b(?:DataError|ProgrammingError|IntegrityError|OperationalError)\b|django\.(?:db|core|http)|"
    r"(?:Attribute|Type|Key|Value|Index|UnicodeEncode|UnicodeDecode|Recursion)Error\b"
)
_LOGGED = re.compile(r"Traceback \(most recent call last\)|unexpected error| ERROR | CRITICAL ")
_NUMBER = re.compile(r"(?<![\w.])(\d{4,9})(?![\w.])|(?<![\w.])(\d{6})-")
_WORD = re.compile(r"zq[0-9a-f]{16}")


@dataclass(frozen=True)
class Violation:
    rule: str
    detail: str
    where: str = ""
    """What tells it from another of the same rule at the same route."""


class Invariants:
    def __init__(self, records: list[Record]) -> None:
        self._by_word = {each.word: each.patient_id for each in records}
        self._by_number = {each.patient_id: each.patient_id for each in records}
        self._by_number |= {each.mrn: each.patient_id for each in records}

    def broken(
        self, asker: Asker, request: Request, answer: Answer, logged: str
    ) -> Iterator[Violation]:
        if answer.status >= 500:
            yield Violation("server error", f"status {answer.status}", _place(logged))
        elif found := _LOGGED.search(logged):
            yield Violation("log", f"{found[0]}: {logged[-600:]}", _place(logged))
        if answer.seconds > SLOWEST:
            yield Violation("slow", f"{answer.seconds:.1f} s")
        if is_text(answer):
            yield from self._told(asker, request, answer)
        yield from _of_the_wrong_kind(request, answer)

    def _told(self, asker: Asker, request: Request, answer: Answer) -> Iterator[Violation]:
        text, said = answer.text, None
        for found in _INSIDE.finditer(text):
            said = said or request.said
            if found[0] not in said:
                around = text[max(0, found.start() - 80) : found.end() + 80]
                yield Violation("inside", around, found[0])
                break
        if asker.sees is None:
            return
        told = {
            f"{word}": self._by_word[word]
            for word in set(_WORD.findall(text))
            if word in self._by_word
        }
        numbers = () if _is_public(request.path) else set(_NUMBER.findall(text))
        for each in numbers:
            number = each[0] or each[1]
            if number in self._by_number:
                told[number] = self._by_number[number]
        for what, patient_id in told.items():
            if patient_id not in asker.sees and what not in (said := said or request.said):
                at = text.index(what)
                yield Violation(
                    "leak", f"{what} of {patient_id}: {text[max(0, at - 80) : at + 40]}"
                )
                break


def _is_public(path: str) -> bool:
    return path.partition("?")[0] == "/" or path.startswith(_PUBLIC)


def is_text(answer: Answer) -> bool:
    return not answer.headers.get("content-encoding") and answer.media_type not in (
        "application/pdf",
        "application/zip",
        "image/png",
        "application/octet-stream",
    )


def _place(logged: str) -> str:
    """The last lines of a traceback: the same place is the same bug."""
    frames = re.findall(r'File "([^"]+)", line \d+, in (\w+)', logged)
    ours = [
        f"{path.rpartition('/')[2]}:{name}"
        for path, name in frames
        if "site-packages" not in path and "/lib/python" not in path
    ]
    kinds = re.findall(r"^([\w.]*(?:Error|Exception|Warning|Refused|Outcome)\b)", logged, re.M)
    return f"{ours[-1] if ours else ''} {kinds[-1] if kinds else ''}".strip()


def _of_the_wrong_kind(request: Request, answer: Answer) -> Iterator[Violation]:
    if answer.status < 400 or request.method == "HEAD" or "content-type" not in answer.headers:
        if answer.status >= 400 and answer.body:
            yield Violation("kind", f"{answer.status} with a body of no type")
        return
    expected = _expected(request.path.partition("?")[0])
    if expected and not _is(expected, answer):
        yield Violation(
            "kind", f"{answer.status} {answer.media_type}: {answer.text[:120]}", expected
        )


def _expected(path: str) -> str:
    """Of an error at the address."""
    if _PAGES.fullmatch(path):
        return "page"
    if _OAUTH.fullmatch(path):
        return "RFC 6749"
    if path.startswith("/provider-api/v1/"):
        return "problem"
    if path.startswith(_FHIR) and not path.startswith(_NO_FHIR):
        return "OperationOutcome"
    return ""


def _is(expected: str, answer: Answer) -> bool:
    body: Any = answer.json()
    if expected == "page":
        return answer.media_type == "text/html"
    if not isinstance(body, dict):
        return False
    if expected == "RFC 6749":
        return answer.media_type == "application/json" and isinstance(body.get("error"), str)
    if expected == "problem":
        return answer.media_type == "application/problem+json" and body.get("status") in (
            answer.status,
            None,
        )
    return (
        answer.media_type == "application/fhir+json"
        and body.get("resourceType") == "OperationOutcome"
        and bool(body.get("issue"))
    )
