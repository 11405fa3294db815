"""Reads the parameters of a kick-off.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters - ``organizeOutputBy`` is of
the version after it. What cannot be done is refused or, where the client prefers
``handling=lenient``, left out and told of in the manifest.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast, get_args

from fhirapi.bulk import filters
from fhirapi.bulk.analytics.available import is_available
from fhirapi.bulk.asked import NDJSON, PARQUET, Asked, Associated
from fhirapi.bulk.problems import no_such_patients
from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome, bad_operation_parameter, unknown_operation_parameter
from fhirapi.rest.operation import Parameters
from fhirapi.smart.access.decision import Access

PARAMETERS = frozenset(
    {
        "_outputFormat", "_since", "_type", "_typeFilter", "_elements", "patient",
        "includeAssociatedData", "organizeOutputBy",
    }
)  # fmt: skip
_PASSED_OVER = frozenset({"_format", "_pretty"})
FORMATS = {
    **dict.fromkeys((NDJSON, "application/ndjson", "ndjson"), NDJSON),
    **(dict.fromkeys((PARQUET, "parquet"), PARQUET) if is_available() else {}),
}
_ELEMENT = re.compile(r"(?:[A-Z][A-Za-z]*\.)?[a-z][A-Za-z]*(?:\[x\])?", re.ASCII)
_PATIENT = re.compile(r"(?:Patient/)?([A-Za-z0-9.-]{1,64})", re.ASCII)


class Asking:
    """One request's parameters. Its methods raise the 400 outcome."""

    def __init__(self, parameters: Parameters, *, is_lenient: bool) -> None:
        self._given = parameters
        self._is_lenient = is_lenient
        self._ignored: list[str] = []

    def asked(self, access: Access) -> Asked:
        self._require_known_names()
        types = self._types()
        return Asked(
            types=types,
            filters=self._filters(types, access),
            elements=self._elements(),
            since=self._since(),
            associated=self._associated(),
            is_by_patient=self._is_by_patient(),
            output_format=self._format(),
            ignored=tuple(self._ignored),
        )

    def patients(self, base_url: str) -> list[str]:
        """The ids that are named; whose they are is not asked here."""
        found = []
        for text in self._given.all("patient"):
            match = _PATIENT.fullmatch(text.removeprefix(f"{base_url}/"))
            if match is None:
                raise bad_operation_parameter("patient", "a reference such as Patient/1 is needed.")
            found.append(match[1])
        return list(dict.fromkeys(found))

    def known(self, named: Sequence[str], seen: Sequence[str]) -> list[str]:
        """Of the patients that are named those who can be exported."""
        missing = [each for each in named if each not in set(seen)]
        if missing:
            self._refuse(no_such_patients())
            if len(missing) == len(named):
                raise no_such_patients()
        return [each for each in named if each not in missing]

    @property
    def ignored(self) -> tuple[str, ...]:
        return tuple(self._ignored)

    def _refuse(self, outcome: Outcome) -> None:
        if not self._is_lenient:
            raise outcome
        self._ignored.append(outcome.text)

    def _require_known_names(self) -> None:
        for name in dict.fromkeys(name for name, _ in self._given.pairs):
            if name not in PARAMETERS and name not in _PASSED_OVER:
                self._refuse(unknown_operation_parameter(name, "$export"))

    def _types(self) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(self._given.all("_type")))
        known = tuple(name for name in names if registry.find(name))
        for name in names:
            if name not in known:
                why = f"there is no resource type '{name[:64]}' here."
                if not known:
                    raise bad_operation_parameter("_type", why)
                self._refuse(bad_operation_parameter("_type", why))
        return known

    def _filters(self, types: tuple[str, ...], access: Access) -> tuple[str, ...]:
        found = []
        for text in filters.split(value for name, value in self._given.pairs
                                  if name == "_typeFilter"):  # fmt: skip
            try:
                found.append(filters.checked(text, types, access))
            except Outcome as outcome:
                self._refuse(outcome)
        return tuple(found)

    def _elements(self) -> tuple[str, ...]:
        found = []
        for name in dict.fromkeys(self._given.all("_elements")):
            kind = name.rpartition(".")[0]
            if _ELEMENT.fullmatch(name) and (not kind or registry.find(kind)):
                found.append(name)
            else:
                self._refuse(bad_operation_parameter(
                    "_elements", "elements at the root are expected, such as name or Patient.name."
                ))  # fmt: skip
        return tuple(found)

    def _since(self) -> str | None:
        since = self._given.date("_since")
        if since and since.start > datetime.now(UTC):
            raise bad_operation_parameter("_since", "the instant is in the future.")
        return since.start.isoformat() if since else None

    def _associated(self) -> Associated | None:
        """Of several, that which brings most."""
        names = get_args(Associated)
        given = self._given.all("includeAssociatedData")
        for name in given:
            if name not in names:
                self._refuse(bad_operation_parameter(
                    "includeAssociatedData", f"one of {', '.join(names)} is expected."
                ))  # fmt: skip
        known = [name for name in names if name in given]
        return cast(Associated, known[-1]) if known else None

    def _is_by_patient(self) -> bool:
        given = self._given.one("organizeOutputBy")
        if given not in (None, "Patient"):
            self._refuse(bad_operation_parameter("organizeOutputBy", "Patient is all that can be."))
        if given == "Patient" and self._format() == PARQUET:
            raise bad_operation_parameter("organizeOutputBy", "a table holds one type.")
        return given == "Patient"

    def _format(self) -> str:
        given = self._given.one("_outputFormat") or NDJSON
        # In a query the plus arrives as a blank unless it was escaped.
        found = FORMATS.get(given.replace(" ", "+"))
        if found is None:
            raise bad_operation_parameter(
                "_outputFormat", f"one of {', '.join(FORMATS)} is expected."
            )
        return found
