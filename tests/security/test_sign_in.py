"""Guessing at the door: slow from one address and from many, and never at the owner's cost."""

from tests.security.attacker import Attacker
from tests.security.conftest import LIMITS


def from_elsewhere(attacker: Attacker, number: int) -> Attacker:
    return Attacker(attacker.target, f"192.0.2.{number}")


def test_who_knows_the_browser_is_not_locked_out_by_a_neighbour_or_by_many(
    attacker: Attacker,
) -> None:
    """The owner's browser, at the very address from which others guess."""
    username = attacker.demo["accounts"]["patient2"]["username"]
    assert attacker.sign_in_as("patient2").status_code == 302
    neighbour = Attacker(attacker.target, attacker.address)
    assert [neighbour.guess(username).status_code for _ in range(6)][-1] == 429
    for number in range(1, 6):
        from_elsewhere(attacker, number).guess(username)
    del attacker.http.cookies["qsmartcare_session"]
    assert attacker.sign_in_as("patient2").status_code == 302


def test_an_unknown_username_is_locked_like_a_known_one(
    attacker: Attacker, other: Attacker
) -> None:
    known = attacker.demo["accounts"]["provider"]["username"]
    found = [attacker.guess(known).status_code for _ in range(6)]
    assert found == [other.guess("nobody.at.all").status_code for _ in range(6)]
    assert found == [200, 200, 200, 200, 429, 429]


def test_an_address_that_tries_many_usernames_has_to_wait(
    attacker: Attacker, other: Attacker
) -> None:
    most = int(LIMITS["SIGN_IN_FAILURES_OF_ADDRESS"])
    found = [attacker.guess(f"stuffed.{number}").status_code for number in range(most + 2)]
    assert found == [200] * most + [429] * 2
    refused = attacker.guess("stuffed.again")
    assert int(refused.headers["Retry-After"]) > 60
    assert other.guess("stuffed.again").status_code == 200
