"""No page of a record holds anything of another patient, whatever the two records hold."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fhirapi.store.load import load
from portal.record.sections import SECTIONS
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import signed_in

_HERS, _HIS = "HERS", "SOMEBODY-ELSES"
_RESOURCES = st.lists(
    st.tuples(
        st.sampled_from(["Condition", "Observation", "Encounter", "Procedure", "Coverage", "Goal"]),
        st.booleans(),
        st.sampled_from(["laboratory", "vital-signs", "survey", ""]),
        st.sampled_from(["2024-03-05", "2021", ""]),
    ),
    max_size=8,
)
_OF_WHOM = {"Coverage": "beneficiary"}


def made(number: int, type_: str, is_hers: bool, category: str, on: str) -> dict[str, Any]:
    words = {"text": f"{_HERS if is_hers else _HIS} {number}"}
    patient = {"reference": "Patient/142859" if is_hers else "Patient/142860"}
    resource: dict[str, Any] = {
        "resourceType": type_, "id": f"r-{number}", "status": "active",
        "code": words, "description": words, "type": words,
    }  # fmt: skip
    resource[_OF_WHOM.get(type_, "subject")] = patient
    if type_ == "Encounter":
        resource["type"] = [words]
    if category:
        resource["category"] = [{"coding": [{"code": category}]}]
    if on and type_ == "Observation":
        resource["effectiveDateTime"] = on
    return resource


class TestIsolation(TestCase):
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_RESOURCES)
    def test_no_page_shows_what_is_somebody_elses(self, rows):
        load([
            people.practitioner("dr-grey", "Grey"),
            people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12"),
            people.patient("142860", "John", "Wright", "9999097", "1965-09-30"),
            *(made(number, *row) for number, row in enumerate(rows)),
        ])  # fmt: skip
        account = people.linked_patient("rebecca", "Rebecca", "Larson", "142859").account
        pages = _pages(signed_in(account))
        assert not any(word in page for page in pages for word in (_HIS, "Wright", "142860"))
        assert sum(_HERS in page for page in pages) >= any(row[1] for row in rows)


def _pages(browser) -> list[str]:
    read = [browser.get(f"{RECORD}{each.slug}/?show=all") for each in SECTIONS]
    read += [browser.get("/portal/patients/142859/"), browser.get("/portal/")]
    read += [browser.post(f"{RECORD}find/", {"find": word}) for word in (_HIS, _HERS)]
    read += [browser.post(f"{RECORD}download/", {"format": each}) for each in ("fhir", "html")]
    assert all(each.status_code == 200 for each in read)
    # What was typed stands in the search field.
    return [each.getvalue().decode().replace(f'value="{_HIS}"', "") for each in read]
