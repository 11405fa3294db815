"""The demo's patients show all that US Core asks a server to be able to show."""

from copy import deepcopy
from functools import cache

import pytest

from fhirapi.definitions.profiles import VERSIONS, of_version
from fhirapi.synthetic.concepts import US_CORE
from fhirapi.synthetic.population import practice, record
from tests.conformance.us_core.required import searches_of
from tests.conformance.us_core.supplement import is_complete
from tests.synthetic.must_support import Population, incomplete, missing

_SEED, _PATIENTS = 1, 50  # of make run
_WITH_TARGETS = VERSIONS[1:]  # 3.1.1 marks no kinds of targets

REFERRED_TO = {
    "us-core-careteam": "patient practitioner practitionerrole relatedperson",
    "us-core-coverage": "organization patient",
    "us-core-condition-encounter-diagnosis": "encounter patient",
    "us-core-diagnosticreport-lab": "encounter observation-lab organization patient practitioner",
    "us-core-diagnosticreport-note": (
        "encounter observation-lab observation-clinical-result organization patient practitioner"
    ),
    "us-core-documentreference": "encounter organization patient practitioner",
    "us-core-encounter": (
        "condition-encounter-diagnosis condition-problems-health-concerns location organization "
        "patient practitioner"
    ),
    "us-core-goal": "patient",
    "us-core-immunization": "encounter location patient practitioner",
    "us-core-location": "organization",
    "us-core-medicationdispense": (
        "encounter medication medicationrequest organization patient practitioner"
    ),
    "us-core-medicationrequest": "encounter medication patient practitioner",
    "us-core-observation-clinical-result": "encounter patient",
    "us-core-observation-lab": "encounter patient specimen",
    "us-core-observation-screening-assessment": (
        "observation-screening-assessment patient practitioner questionnaireresponse"
    ),
    "us-core-practitionerrole": "location organization practitioner",
    "us-core-procedure": "encounter patient practitioner servicerequest",
    "us-core-provenance": "organization practitioner",
    "us-core-questionnaireresponse": "patient practitioner",
    "us-core-servicerequest": "encounter patient practitioner",
    "us-core-simple-observation": "patient practitioner",
}
"""Kinds of targets that a server must be able to give, as the pages of the profiles mark them."""


@cache
def _demo():
    records = (record(_SEED, index) for index in range(_PATIENTS))
    return Population([*practice(_SEED), *(each for one in records for each in one)])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_must_support_element_slice_and_extension_occurs(version):
    assert missing(version, _demo()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_search_of_a_profile_has_something_to_find(version):
    assert not [
        f"{profile['profile']}: {required}"
        for profile in of_version(version)
        for required in searches_of(profile)
        if not any(
            is_complete(each, required) for each in _demo().of_profile(profile["profile"], version)
        )
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_mandatory_elements_are_always_there(version):
    assert incomplete(version, _demo()) == set()


@pytest.mark.parametrize("version", _WITH_TARGETS)
@pytest.mark.parametrize(("profile", "targets"), REFERRED_TO.items())
def test_every_kind_of_must_support_target_is_referred_to(profile, targets, version):
    wanted = {f"us-core-{target}" for target in targets.split()}
    assert wanted <= _demo().targets(_demo().of_profile(profile, version))


@pytest.mark.parametrize("version", VERSIONS)
def test_references_lead_to_what_the_profiles_allow(version):
    assert _demo().misdirected(version) == set()


def test_every_patient_with_care_teams_has_one_that_the_oldest_version_knows():
    for index in range(_PATIENTS):
        one = record(_SEED, index)
        claims = [each["meta"]["profile"] for each in one if each["resourceType"] == "CareTeam"]
        assert not claims or any(US_CORE + "us-core-careteam" in each for each in claims)


def test_a_home_care_team_would_be_seen_if_it_claimed_the_oldest_version():
    practices, records = practice(_SEED), [record(_SEED, index) for index in range(_PATIENTS)]
    changed = deepcopy([*practices, *(each for one in records for each in one)])
    for each in changed:
        if each["resourceType"] == "CareTeam":
            each["meta"]["profile"] = [US_CORE + "us-core-careteam"]
    found = Population(changed).misdirected("3.1.1")
    assert any("CareTeam.participant.member" in each for each in found)


def test_the_measure_sees_what_is_left_out():
    resource = record(_SEED, 0)[0]
    without_name = {key: value for key, value in resource.items() if key != "name"}
    population = Population([without_name])
    assert "us-core-patient: name.family" in missing("6.1.0", population)
    assert any("Patient.name" in each for each in incomplete("6.1.0", population))
    assert "us-core-patient: name.family" not in missing("6.1.0", Population([resource]))
