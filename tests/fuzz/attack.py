"""Sends what a strategy makes up, holds the answers against the invariants, finds the smallest.

hypothesis makes the requests smaller as long as they still break the same rule at the same route.
"""

import contextlib
from collections import Counter
from dataclasses import dataclass, field

from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from tests.fuzz.invariants import Invariants, Violation
from tests.fuzz.sending import Answer, NoAnswer, Request
from tests.fuzz.world import Asker, World

Signature = tuple[str, str, str]


@dataclass(frozen=True)
class Attack:
    name: str
    askers: tuple[str, ...]
    requests: SearchStrategy[Request]
    may_be_refused: bool = False
    """Whether it is right that every request is refused: nothing is meant to come through."""


@dataclass(frozen=True)
class Finding:
    signature: Signature
    asker: str
    request: Request
    detail: str

    def report(self) -> dict[str, object]:
        rule, route, where = self.signature
        return {
            "rule": rule,
            "route": route,
            "where": where,
            "asker": self.asker,
            **self.request.report(),
            "detail": self.detail,
        }


class _Broken(Exception):
    pass


@dataclass
class Fuzzer:
    world: World
    findings: dict[Signature, Finding] = field(default_factory=dict)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    """How the requests of each attack were answered: refusals alone would prove little."""
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._invariants = Invariants(self.world.records)
        self._refused: set[str] = set()
        self._read = len(self.world.product.output_since(0))

    def attack(self, attack: Attack, *, examples: int, number: int) -> None:
        """The same number makes the same requests."""
        self._refused |= {attack.name} if attack.may_be_refused else set()
        for name in attack.askers:
            self._attack(attack, self.world.askers[name], examples, number)

    def useless(self) -> list[str]:
        """Attacks of which nothing came through: they have proved nothing."""
        return [
            name
            for name, counted in self.statuses.items()
            if name not in self._refused and not any(200 <= status < 400 for status in counted)
        ]

    def _attack(self, attack: Attack, asker: Asker, examples: int, number: int) -> None:
        target: list[Signature] = []

        @seed(number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            print_blob=False,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(attack.requests)
        def holds(request: Request) -> None:
            for found in self._tried(attack.name, asker, request):
                if found.signature == (target[0] if target else None):
                    self.findings[found.signature] = found  # smaller than the one before
                    raise _Broken
                if found.signature not in self.findings:
                    self.findings[found.signature] = found
                    if not target and found.signature[0] != "slow":
                        target.append(found.signature)
                        raise _Broken

        with contextlib.suppress(_Broken, Flaky):
            holds()

    def _tried(self, name: str, asker: Asker, request: Request) -> list[Finding]:
        whole = request.with_headers(asker.headers)
        try:
            answer = self.world.line.send(whole)
        except NoAnswer as silence:
            return [self._finding(Violation("no answer", str(silence)), asker, whole)]
        self._note(name, whole, answer)
        logged = self._logged()
        found = self._invariants.broken(asker, whole, answer, logged)
        return [self._finding(each, asker, whole) for each in found]

    def _note(self, name: str, request: Request, answer: Answer) -> None:
        self.statuses.setdefault(name, Counter())[answer.status] += 1
        self.slowest = sorted(
            [*self.slowest, (answer.seconds, f"{request.method} {request.path[:300]}")]
        )[-12:]

    def _logged(self) -> str:
        new = self.world.product.output_since(self._read)
        self._read += len(new)
        return new.decode("utf-8", "replace")

    def _finding(self, violation: Violation, asker: Asker, request: Request) -> Finding:
        signature = (violation.rule, route_of(request), violation.where)
        return Finding(signature, asker.name, request, violation.detail)


def route_of(request: Request) -> str:
    path = request.path.partition("?")[0]
    try:
        return f"{request.method} {resolve(path).route}"
    except (Resolver404, ValueError):
        return f"{request.method} {path.split('/')[1] if '/' in path else ''}"
