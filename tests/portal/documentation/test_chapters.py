"""Every chapter of the documentation: for people and for machines, and no link leads nowhere."""

import re

import pytest

from portal.documentation.chapters import CHAPTERS
from tests.portal.ui.browser import text

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda each: each.slug)


@every_chapter
def test_a_chapter_is_a_page_of_its_own_that_anybody_may_read(client, db, chapter):
    page = text(client.get(chapter.address))
    assert f"<h1>{chapter.title}</h1>" in page
    assert page.count("<h1") == 1
    assert not re.search(r"\sstyle=|\son[a-z]+=|\{\{|\{%", page)


@every_chapter
def test_a_chapter_is_there_as_markdown_too(client, db, chapter):
    answer = client.get(f"{chapter.address}.md")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert text(answer).startswith(f"# {chapter.title}\n")


@every_chapter
def test_every_link_of_a_chapter_leads_somewhere(client, db, chapter):
    page = text(client.get(chapter.address))
    ids = set(re.findall(r'\bid="([\w-]+)"', page))
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= ids
    for address in set(re.findall(r'href="(/api-documentation/[^"#]+)', page)):
        assert client.get(address).status_code == 200, address


@every_chapter
def test_a_link_to_a_heading_of_another_chapter_finds_it(client, db, chapter):
    page = text(client.get(chapter.address))
    for address, heading in set(re.findall(r'href="(/api-documentation/[^"#]+)#([\w-]+)"', page)):
        assert f'id="{heading}"' in text(client.get(address)), f"{address}#{heading}"


def test_the_contents_stand_beside_every_chapter_and_name_where_one_is(client, db):
    page = text(client.get(CHAPTERS[0].address))
    assert f'<a href="{CHAPTERS[0].address}" aria-current="page">' in page
    listed = [each for each in CHAPTERS if not each.below]
    assert all(f'href="{each.address}"' in page for each in listed)


def test_a_chapter_that_there_is_not_is_not_found(client, db):
    assert client.get("/api-documentation/nothing").status_code == 404
    assert client.get("/api-documentation/nothing.md").status_code == 404
