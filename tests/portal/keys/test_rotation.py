"""Rotate, activate, deactivate."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.smart.people import keys
from tests.portal.keys.conftest import address_of
from tests.portal.ui.browser import text


def test_the_page_asks_before_anything_changes(rebecca, rebeccas):
    before = rebecca.secret
    page = text(rebeccas.get(address_of(rebecca, "rotate/")))
    assert "How long may the old secret go on working?" in page
    assert rebecca.secret == before


@pytest.mark.parametrize(("overlap", "length"), list(keys.OVERLAPS.items()))
def test_the_old_secret_goes_on_for_as_long_as_was_chosen(rebecca, rebeccas, overlap, length):
    old = rebecca.secret
    rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": overlap})
    rebecca.key.refresh_from_db()
    assert rebecca.secret != old
    assert keys.has_secret(rebecca.key, old) is (length is not None)
    later = timezone.now() + (length or timedelta()) + timedelta(seconds=5)
    assert not keys.has_secret(rebecca.key, old, later)


def test_the_page_says_until_when_the_old_secret_works(rebecca, rebeccas):
    response = rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": "7 days"}, follow=True)
    assert "The old secret of this key works until" in text(response)


def test_a_second_rotation_within_an_overlap_says_what_it_ends(rebecca, rebeccas):
    first = rebecca.secret
    rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": "7 days"})
    page = text(rebeccas.get(address_of(rebecca, "rotate/")))
    assert "An older secret still works" in page
    rebecca.key.refresh_from_db()
    assert keys.has_secret(rebecca.key, first)
    form = {"overlap": "1 hour", "end_earlier": "yes"}
    page = text(rebeccas.post(address_of(rebecca, "rotate/"), form, follow=True))
    assert "The one before that has stopped working" in page
    rebecca.key.refresh_from_db()
    assert not keys.has_secret(rebecca.key, first)


def test_a_button_pressed_twice_rotates_once(rebecca, rebeccas):
    first = rebecca.secret
    rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": "7 days"})
    rebecca.key.refresh_from_db()
    second = rebecca.secret
    page = text(rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": "7 days"}))
    assert "Nothing was changed yet" in page
    assert "An older secret still works" in page
    rebecca.key.refresh_from_db()
    assert rebecca.secret == second
    assert keys.has_secret(rebecca.key, first)


@pytest.mark.parametrize("overlap", ["", "99 years", "None"])
def test_an_overlap_that_is_not_offered_changes_nothing(rebecca, rebeccas, overlap):
    before = rebecca.secret
    response = rebeccas.post(address_of(rebecca, "rotate/"), {"overlap": overlap})
    assert response.context["form"].errors["overlap"]
    rebecca.key.refresh_from_db()
    assert rebecca.secret == before


def test_a_key_is_deactivated_and_activated(rebecca, rebeccas):
    for word, is_active in (("no", False), ("yes", True)):
        response = rebeccas.post(address_of(rebecca, "status/"), {"active": word}, follow=True)
        rebecca.key.refresh_from_db()
        assert rebecca.key.is_active is is_active
    assert "The key is active." in text(response)


@pytest.mark.parametrize("form", [{}, {"active": "perhaps"}])
def test_a_status_that_is_neither_is_a_bad_request(rebecca, rebeccas, form):
    assert rebeccas.post(address_of(rebecca, "status/"), form).status_code == 400
    rebecca.key.refresh_from_db()
    assert rebecca.key.is_active


def test_looking_at_the_status_address_changes_nothing(rebecca, rebeccas):
    assert rebeccas.get(address_of(rebecca, "status/")).status_code == 405
