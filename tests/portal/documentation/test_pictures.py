"""Pictures of our own pages."""

import re

import pytest

from portal.documentation.markdown import page
from portal.documentation.pictures import NoSuchPicture, picture


def test_a_picture_is_light_or_dark_as_its_reader_and_takes_its_place_before_it_is_there():
    made = page("![The sign-in page](/static/img/guide/sign-in.webp)").html
    assert re.search(r'<source srcset="[^"]*sign-in-dark[^"]*" media="\(prefers-color-scheme', made)
    assert 'alt="The sign-in page"' in made
    assert re.search(r'width="\d+" height="\d+" loading="lazy"', made)


def test_what_it_shows_cannot_become_markup():
    assert "<b>" not in picture("img/guide/sign-in.webp", '"><b>')


def test_a_picture_that_there_is_not_is_no_chapter():
    with pytest.raises(NoSuchPicture):
        picture("img/guide/nothing.webp", "Nothing")
