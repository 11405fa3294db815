"""Attack after attack until the time is over, and what is told of it."""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.attack import Fuzzer
from tests.fuzz.attacks import attacks
from tests.fuzz.world import world

_BATCH = 150
"""Requests of one asker before another comes."""


def run(*, minutes: float, number: int, patients: int, only: list[str], report: Path) -> int:
    """``only``: attacks whose name has one of these in it. Returns the exit code."""
    with world(patients) as made:
        made_attacks = attacks(made)
        fuzzer, until = Fuzzer(made), time.monotonic() + minutes * 60
        while time.monotonic() < until:
            made.sign_in()
            for attack in made_attacks:
                if any(each in attack.name for each in only) and time.monotonic() < until:
                    fuzzer.attack(attack, examples=_BATCH, number=number)
                    _write(report, fuzzer)
            number += 1
    useless = fuzzer.useless()
    _tell(fuzzer, useless, report)
    return 1 if fuzzer.findings or useless else 0


def _write(report: Path, fuzzer: Fuzzer) -> None:
    found = [each.report() for each in fuzzer.findings.values()]
    report.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tell(fuzzer: Fuzzer, useless: list[str], report: Path) -> None:
    say = sys.stdout.write
    for name, counted in fuzzer.statuses.items():
        shown = " ".join(f"{status}:{count}" for status, count in sorted(counted.items()))
        say(f"{name:26}{sum(counted.values()):7}  {shown}\n")
    for seconds, request in fuzzer.slowest[::-1]:
        say(f"{seconds:6.2f} s  {request}\n")
    for each in useless:
        say(f"Nothing of the attack '{each}' came through.\n")
    total = sum(map(Counter.total, fuzzer.statuses.values()))
    where = f": {report}" if fuzzer.findings else "."
    say(f"{total} requests, {len(fuzzer.findings)} findings{where}\n")
