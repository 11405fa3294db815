"""Asks what an example asks, and tells what comes back as its file has it."""

import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPMethod
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.client import MULTIPART_CONTENT, encode_multipart
from django.utils.http import urlencode

from fhirapi.store import exact
from portal.documentation.examples.example import Answer, Example, Step, example, write, written
from portal.documentation.examples.varying import HEADERS, Steady
from tests.portal.documentation.world import World

_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
RECORDING = os.environ.get("RECORD_EXAMPLES", "").split()
LONGEST = 30_000
"""Characters of an answer: more than anybody reads in a chapter."""


def compare_or_record(name: str, world: World, folder: Path) -> None:
    """``folder``: for the files of exports."""
    if name in RECORDING or "all" in RECORDING:
        record(name, world, folder)
        return
    for step, answer in zip(written(name)["steps"], _answers(name, world, folder), strict=True):
        assert "answer" in step, f"record it: python -m tools.examples {name}"
        shown = exact.write(step["answer"], is_pretty=True)
        assert exact.write(answer, is_pretty=True) == shown


def record(name: str, world: World, folder: Path = Path()) -> None:
    """Writes down what is answered."""
    content = written(name)
    pairs = zip(content["steps"], _answers(name, world, folder), strict=True)
    write(name, {**content, "steps": [{**step, "answer": answer} for step, answer in pairs]})


def _answers(name: str, world: World, folder: Path) -> list[dict[str, Any]]:
    bulk = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder / "bulk"},
    }
    # No middleware on the API, as the web server has it (qsmartcare/wsgi.py).
    with override_settings(MIDDLEWARE=[], STORAGES={**settings.STORAGES, "bulk": bulk}):
        return [asdict(each) for each in replay(example(name), world)]


def replay(example: Example, world: World) -> list[Answer]:
    steady = Steady(settings.BASE_URL)
    answers: list[Answer] = []
    given: dict[str, dict[str, str]] = {}
    kept: dict[str, str] = {}
    for step in example.steps:
        if step.who not in given:
            given[step.who] = dict(world.variables(step.who))
            steady.knows(given[step.who])
        variables = {**given[step.who], **kept}
        if step.waits:
            call_command("work", "--until-idle")
        response = _ask(step, variables)
        content = _content(response)
        answers.append(_told(response, content, steady))
        kept |= {name: _kept(place, response, content) for name, place in (step.keep or {}).items()}
    return answers


def _ask(step: Step, variables: Mapping[str, str]) -> Any:
    def filled(text: str) -> str:
        return _VARIABLE.sub(lambda found: variables[found[1]], text)

    HTTPMethod(step.method)
    headers = {name: filled(value) for name, value in (step.headers or {}).items()}
    if step.has_token:
        headers["Authorization"] = f"Bearer {variables['ACCESS_TOKEN']}"
    if step.user:
        headers["Authorization"] = _basic(filled(step.user))
    body, media_type = _body(step, filled)
    media_type = headers.pop("Content-Type", media_type)
    address = filled(step.address).removeprefix(settings.BASE_URL)
    return Client().generic(step.method, address, body, media_type, headers=headers)


def _basic(user: str) -> str:
    return "Basic " + b64encode(user.encode()).decode()


def _body(step: Step, filled: Any) -> tuple[bytes, str]:
    """As curl sends it: a form is urlencoded, or multipart where it has files."""
    form = {name: filled(value) for name, value in (step.form or {}).items()}
    if step.files:
        files = {
            name: SimpleUploadedFile(each["name"], each["text"].encode(), each["type"])
            for name, each in step.files.items()
        }
        return encode_multipart("BoUnDaRyStRiNg", {**form, **files}), MULTIPART_CONTENT
    if step.json is not None:
        return filled(exact.write(step.json)).encode(), "application/x-www-form-urlencoded"
    if step.text:
        return step.text.encode(), "application/x-www-form-urlencoded"
    return (urlencode(form).encode(), "application/x-www-form-urlencoded") if form else (b"", "")


def _content(response: Any) -> Any:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    text = raw.decode()
    assert len(text) <= LONGEST, f"{len(text)} characters: let the example ask for less"
    if not text:
        return None
    return exact.parse(text) if "json" in _subtype(response) else text


def _subtype(response: HttpResponse) -> str:
    media_type = response.get("Content-Type", "").partition(";")[0]
    return "" if media_type.endswith("ndjson") else str(media_type.partition("/")[2])


def _told(response: Any, content: Any, steady: Steady) -> Answer:
    headers = {
        name: steady.text(response[name])
        for name in HEADERS
        if response.has_header(name) and (content is not None or name != "Content-Type")
    }
    return Answer(response.status_code, headers, steady.value(_ndjson(content, steady)))


def _ndjson(content: Any, steady: Steady) -> Any:
    """Of lines that are JSON each, the members that vary are told as those of any JSON."""
    if type(content) is not str or not content.startswith("{"):
        return content
    lines = (exact.write(steady.value(exact.parse(line))) for line in content.splitlines())
    return "\n".join(lines) + "\n"


def _kept(place: str, response: Any, content: Any) -> str:
    """``header:Location``, ``body:output.0.url``."""
    kind, _, path = place.partition(":")
    if kind == "header":
        return str(response[path])
    for step in path.split("."):
        content = content[int(step)] if step.isdigit() else content[step]
    return str(content)
