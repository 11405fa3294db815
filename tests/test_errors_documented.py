"""Every error that an app can be told is in the public documentation, with cause and remedy."""

import re
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path

from django.conf import settings

from fhirapi.smart.answers import WRONG_KEY
from fhirapi.smart.tokens.endpoint import SESSION_GONE
from portal.documentation import codes, errors
from portal.documentation.chapters import by_slug
from portal.documentation.markdown import page
from portal.documentation.written import markdown_of

_SOURCES = Path(settings.ROOT, "fhirapi", "smart")
_CODE = re.compile(r'(?:Refused\(|\berror\(\d+,)\s*"(\w+)"')


def told() -> Counter[str]:
    content = Path(errors.__file__).with_name("errors.toml").read_text(encoding="utf-8")
    return Counter(each["of"] for listed in tomllib.loads(content).values() for each in listed)


def test_every_error_is_explained_once_and_nothing_that_cannot_happen() -> None:
    assert len(told()) > 80
    assert told() == Counter(errors.makers())


def test_every_explanation_says_why_and_what_to_do() -> None:
    for listed in errors.outcome_errors().values():
        assert all(each.cause and each.remedy and each.title for each in listed)
    for rows in errors.oauth_errors().values():
        assert all(each["when"] and each["remedy"] and each["status"] for each in rows)


def test_what_the_portals_pages_tell_of_an_error_is_written_once() -> None:
    content = Path(errors.__file__).with_name("errors.toml").read_text(encoding="utf-8")
    for each in chain.from_iterable(tomllib.loads(content).values()):
        name = each["of"].partition(".")[2]
        assert ("cause" in each) != (each["of"] == f"outcomes.{name}" and name in codes.told())
    makers = {each.rpartition(".")[2] for each in errors.makers()}
    known = {each["error"] for each in chain.from_iterable(errors.oauth_errors().values())}
    known |= {each.code for each in chain.from_iterable(errors.outcome_errors().values())}
    assert (
        set(codes.told()) - makers - {code for each in known for code in each.split(", ")} == set()
    )


def test_each_has_a_heading_of_its_own_and_says_what_the_api_says() -> None:
    text = markdown_of(by_slug("errors"))
    headings = [each.text for each in page(text).headings]
    assert len(headings) == len(set(headings))
    for listed in errors.outcome_errors().values():
        for each in listed:
            assert each.title in headings
            assert each.text == "…" or each.text in text
    assert WRONG_KEY in text
    assert SESSION_GONE in text


def test_every_code_of_an_oauth_address_is_explained() -> None:
    used = {
        code
        for path in _SOURCES.rglob("*.py")
        for code in _CODE.findall(path.read_text(encoding="utf-8"))
    }
    explained = {
        code
        for listed in errors.oauth_errors().values()
        for each in listed
        for code in re.findall(r"\w+", each["error"])
    }
    assert len(used) > 8
    assert used - explained == set()
