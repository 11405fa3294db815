"""An example as Markdown: what is typed, then what comes back."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from fhirapi.store import exact
from portal.documentation.examples.example import Answer, Example, Step
from portal.documentation.examples.varying import BASE

_VARIABLE = re.compile(r"\$[A-Z][A-Z0-9_]*")
_TO_ESCAPE = re.compile(r'[\\"`]|\$(?![A-Z])')
_FENCE = "````"


def markdown(example: Example, base_url: str, number: int | None = None) -> str:
    """Of all its steps, or of the one of this number, counted from 1."""
    steps = example.steps if number is None else (example.steps[number - 1],)
    return "\n\n".join(part for each in steps for part in _parts(each, base_url, len(steps) > 1))


def _parts(step: Step, base_url: str, is_one_of_several: bool) -> Iterator[str]:
    if is_one_of_several:
        yield f"**{step.words}**"
    yield f"{_FENCE}sh {step.words}\n{curl(step, base_url)}\n{_FENCE}"
    if step.answer is not None:
        text = answer(step.answer).replace(BASE, base_url)
        yield f"{_FENCE}http Answer: {step.words}\n{text}\n{_FENCE}"


def curl(step: Step, base_url: str) -> str:
    address = step.address if step.address.startswith("$") else base_url + step.address
    return " \\\n  ".join([f"curl {_quoted(address)}", *_options(step)])


def _options(step: Step) -> Iterator[str]:
    has_body = bool(step.form or step.files or step.json is not None or step.text)
    if step.method == "HEAD":
        yield "--head"
    elif step.method != ("POST" if has_body else "GET"):
        yield f"-X {step.method}"
    if step.has_token:
        yield '-H "Authorization: Bearer $ACCESS_TOKEN"'
    if step.user:
        yield f"-u {_quoted(step.user)}"
    for name, value in (step.headers or {}).items():
        yield f"-H {_quoted(f'{name}: {value}')}"
    for name, value in (step.form or {}).items():
        option = "-F" if step.files else _form_option(value)
        yield f"{option} {_quoted(f'{name}={value}')}"
    for name, file in (step.files or {}).items():
        given = f"{name}=@{file['name']};type={file['type']}"
        yield f"-F {_quoted(given)}"
    if step.json is not None:
        yield f"-d {_literal(exact.write(step.json, is_pretty=True))}"
    if step.text:
        yield f"--data-binary {_literal(step.text)}"


def _form_option(value: str) -> str:
    is_plain = re.fullmatch(r"[\w.~-]*|\$[A-Z][A-Z0-9_]*", value, re.ASCII)
    return "-d" if is_plain else "--data-urlencode"


def _quoted(text: str) -> str:
    """For the shell: in double quotes where something is put in, else as plain as can be."""
    if re.fullmatch(r"[\w.:/=~-]+", text, re.ASCII):
        return text
    if "$" in text and not _VARIABLE.search(text) and "'" not in text:
        return f"'{text}'"
    return '"' + _TO_ESCAPE.sub(r"\\\g<0>", text) + '"'


def _literal(text: str) -> str:
    """In single quotes, which end for a variable."""
    text = text.replace("'", "'\\''")
    return "'" + _VARIABLE.sub(lambda found: f"'\"{found[0]}\"'", text) + "'"


def answer(given: Answer) -> str:
    lines = [f"HTTP/1.1 {given.status} {HTTPStatus(given.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in given.headers.items()]
    if given.body is None:
        return "\n".join(lines)
    body = given.body if type(given.body) is str else exact.write(given.body, is_pretty=True)
    return "\n".join([*lines, "", body.rstrip("\n")])
