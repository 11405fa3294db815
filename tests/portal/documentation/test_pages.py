"""The documentation on paper, its version, and pages that need not be sent again."""

import re

from portal.documentation.chapters import CHAPTERS, find
from portal.documentation.version import version
from tests.portal.ui.browser import text

PRINT = "/api-documentation/print"


def test_all_chapters_stand_on_one_page_with_version_and_address(client, db) -> None:
    page = text(client.get(PRINT))
    assert all(f">{each.title}</h2>" in page for each in CHAPTERS)
    assert page.count("<h1") == 1
    assert version() in page
    assert "http://localhost:8000" in page


def test_its_links_stay_on_the_page_and_no_id_is_there_twice(client, db) -> None:
    page = text(client.get(PRINT))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    article = page[page.index("<article") : page.index("</article>")]
    assert not re.search(r'href="/api-documentation/', article)


def test_no_chapter_has_the_address_of_another_page() -> None:
    assert find("search") is None
    assert find("print") is None


def test_a_page_says_of_which_version_it_is(client, db) -> None:
    assert f"QSmartCare {version()}." in text(client.get("/api-documentation/errors"))


def test_a_page_that_has_not_changed_is_not_sent_again(client, db) -> None:
    for address in ("/api-documentation/errors", "/api-documentation/errors.md", PRINT):
        client.get(address)  # gets the cookie of the language form
        tag = client.get(address)["ETag"]
        again = client.get(address, headers={"if-none-match": tag})
        assert again.status_code == 304
        assert not again.content
        changed = client.get(address, headers={"if-none-match": '"another"'})
        assert changed.status_code == 200


def test_a_page_in_another_language_is_another_page(client, db) -> None:
    english = client.get("/api-documentation/errors")
    spanish = client.get("/api-documentation/errors", headers={"accept-language": "es"})
    assert english["ETag"] != spanish["ETag"]
    assert "Accept-Language" in english["Vary"]
