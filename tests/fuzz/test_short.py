"""A few requests of each attack on a product that runs; an hour of them is ``make fuzz``."""

import json
from collections.abc import Iterator

import pytest

from tests.fuzz.attack import Fuzzer
from tests.fuzz.attacks import attacks
from tests.fuzz.world import world

pytestmark = pytest.mark.running
_EXAMPLES = 8
"""Of an attack and whoever makes it; there are some thirty pairs of them."""
_MOSTLY_REFUSED = {"writes", "patches"}
"""Of what is nearly right, hardly one in eight is right."""


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzer]:
    with world(patients=6) as made:
        fuzzer = Fuzzer(made)
        for attack in attacks(made, most_pages=20):
            fuzzer.attack(attack, examples=_EXAMPLES, number=1)
        yield fuzzer


def test_nothing_breaks_tells_of_others_or_answers_in_the_wrong_form(fuzzed: Fuzzer) -> None:
    found = [each.report() for each in fuzzed.findings.values() if each.signature[0] != "slow"]
    assert found == [], json.dumps(found, indent=1)


def test_every_attack_comes_through_somewhere(fuzzed: Fuzzer) -> None:
    assert len(fuzzed.statuses) > 12
    assert set(fuzzed.useless()) - _MOSTLY_REFUSED == set()
