"""The search of the documentation: sections, the best first."""

import re

import pytest

from portal.documentation.search import search
from portal.documentation.sections import every
from tests.portal.ui.browser import text

pytestmark = pytest.mark.django_db  # the list of practices is asked of the store

SEARCH = "/api-documentation/search"


def first(query: str) -> str:
    section = search(query)[0].section
    return f"{section.chapter.slug}#{section.id}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("User session not found", "errors#user-session-not-found"),
        ("Wrong Client_ID or Client_secret Key", "errors#wrong-client-id-or-client-secret-key"),
        ("$everything", "operations#everything"),
        ("AllergyIntolerance", "resources/AllergyIntolerance#"),
        ("allergyint", "resources/AllergyIntolerance#"),
        ("_has", "searching#through-references"),
        ("alergyintolerance", "resources/AllergyIntolerance#"),
        ("allergyintloerance", "resources/AllergyIntolerance#"),
    ],
)
def test_what_one_looks_for_comes_first(query: str, expected: str) -> None:
    assert first(query) == expected


def test_all_words_have_to_be_there_if_they_are_anywhere_together() -> None:
    for hit in search("refresh token"):
        words = f"{hit.section.chapter.title} {hit.section.heading} {hit.section.text}".lower()
        assert "refresh" in words
        assert "token" in words


def test_what_nobody_wrote_is_not_found() -> None:
    assert search("xylophone") == []
    assert search("") == search("   ") == search("$%&") == []


def test_the_words_are_marked() -> None:
    assert _marked_in_text("throttled") == {"throttled"}


def test_of_a_misspelt_word_what_was_meant_is_marked() -> None:
    assert _marked_in_text("throtled") == {"throttled"}


def _marked_in_text(words: str) -> set[str]:
    """Of the best hit in whose heading they do not stand."""
    hits = (hit for hit in search(words) if not any(each.is_found for each in hit.heading))
    return {each.text for each in next(hits).excerpt if each.is_found}


def test_no_answer_of_an_example_is_searched() -> None:
    assert not any("resourceType" in each.text and "HTTP/1.1" in each.text for each in every())


def test_the_page_shows_what_was_found_and_shows_no_markup_of_a_query(client, db) -> None:
    page = text(client.get(SEARCH, {"q": '<b class="throttled">throttled'}))
    assert "<mark>throttled</mark>" in page
    assert "<b class" not in page
    assert re.search(r'href="/api-documentation/errors#[a-z-]+"', page)


def test_while_somebody_types_the_list_comes_alone(client, db) -> None:
    page = text(client.get(SEARCH, {"q": "token"}, headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert page.count("<li>") == 8
    assert "All that was found" in page


def test_the_page_without_a_word_asks_for_one(client, db) -> None:
    assert "Type a word" in text(client.get(SEARCH))
    assert "Nothing was found" in text(client.get(SEARCH, {"q": "xylophone"}))
