"""The password: what others know about a person does not make one."""

from datetime import date

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.models import Account
from portal.accounts.password import FEWEST_OF_ITS_OWN, PersonalWordsValidator
from portal.accounts.usernames import check_new_username

JOSEPH = Account(
    username="joe-d", first_name="Joseph", middle_name="Ann Marie", last_name="Dawson",
    email="joseph.dawson77@mail.example.com", phone="5125550147", birth_date=date(1987, 3, 9),
)  # fmt: skip


@pytest.mark.parametrize(
    "password",
    ["JosephDawson1", "Dawson.Joseph!", "J0s3ph_Daw50n", "joe-d joe-d joe", "dawson03091987",
     "19870309joseph", "Joseph1987Dawson87", "annmarie.Dawson", "dawson77@mail1", "JÖSEPHdawson!",
     "QSmartCare2024", "qsmartcare-joseph"],
)  # fmt: skip
def test_one_made_of_name_username_address_or_birthday_is_refused(password):
    with pytest.raises(ValidationError, match="mostly your name"):
        PersonalWordsValidator().validate(password, JOSEPH)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "Joseph eats seventeen pears",
        "a-planned-marine-trip",
        "k7#mPq2!vTz9",
    ],
)
def test_one_with_enough_of_its_own_is_fine(password):
    validate_password(password, JOSEPH)


@given(st.text("qxzkvw", max_size=15))
def test_what_counts_is_how_much_of_it_is_the_persons_own(own):
    is_refused = False
    try:
        PersonalWordsValidator().validate(f"Joseph-{own}-Dawson", JOSEPH)
    except ValidationError:
        is_refused = True
    assert is_refused is (len(own) < FEWEST_OF_ITS_OWN)


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["rebecca.larson", "Rebecca_L", "r2-d2", "me@example.com"])
def test_usual_usernames_are_fine(username):
    assert check_new_username(username) == username
