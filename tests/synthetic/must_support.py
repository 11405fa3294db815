"""Reads the profiles' tables as the public (g)(10) test procedures do: paths, slices, choices.

A path is ``step.step``, a step ``name``, ``name[x]`` (any type of a choice) or ``name:Slice``;
``name[x]:nameType`` and ``nameType:nameType`` are one type of a choice. Only what a slice is told
apart by is declared here: the tables do not say it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fhirapi.definitions.profiles import VERSIONS, Profile, of_version
from fhirapi.synthetic.concepts import Element, Resource

HL7 = "http://terminology.hl7.org/CodeSystem/"
US_CORE_CODES = "http://hl7.org/fhir/us/core/CodeSystem/"
OBSERVATION_CATEGORIES = (
    "social-history", "vital-signs", "imaging", "laboratory", "procedure", "survey", "exam",
    "therapy", "activity",
)  # fmt: skip


def _codings(element):
    return element.get("coding", [element]) if isinstance(element, dict) else []


def _codes(element, system):
    return {each.get("code") for each in _codings(element) if each.get("system") == system}


def _coded(system: str, *codes: str) -> Callable[[Element], bool]:
    return lambda element: not _codes(element, system).isdisjoint(codes)


def _typed(system: str, *codes: str) -> Callable[[Element], bool]:
    return lambda element: not _codes(element.get("type"), system).isdisjoint(codes)


def _measured(*codes: str) -> Callable[[Element], bool]:
    return lambda element: not _codes(element.get("code"), "http://loinc.org").isdisjoint(codes)


def _either(*tests: Callable[[Element], bool]) -> Callable[[Element], bool]:
    return lambda element: any(test(element) for test in tests)


def _of_npi(identifier):
    return identifier.get("system") == "http://hl7.org/fhir/sid/us-npi"


_OBSERVED = f"{HL7}observation-category"
_TAGGED = f"{US_CORE_CODES}us-core-category"
_STATUSES = ("sdoh", "functional-status", "disability-status", "cognitive-status")
_WISHES = (
    "treatment-intervention-preference", "care-experience-preference",
    "observation-adi-documentation",
)  # fmt: skip
_SOCIAL = _coded(_OBSERVED, "social-history")
_AUTHOR = _typed(f"{HL7}provenance-participant-type", "author")
_TRANSMITTER = _typed(f"{US_CORE_CODES}us-core-provenance-participant-type", "transmitter")
_REPORTED = ("LP29684-5", "LP29708-2", "LP7839-6")

SLICES: dict[str, Callable[[Element], bool]] = {
    "CarePlan.category:AssessPlan": _coded(f"{US_CORE_CODES}careplan-category", "assess-plan"),
    "Condition.category:us-core": _either(
        _coded(f"{HL7}condition-category", "problem-list-item", "encounter-diagnosis"),
        _coded(f"{US_CORE_CODES}condition-category", "health-concern"),
    ),
    "Condition.category:screening-assessment": _coded(_TAGGED, *_STATUSES),
    "Coverage.identifier:memberid": _typed(f"{HL7}v2-0203", "MB"),
    "Coverage.class:group": _typed(f"{HL7}coverage-class", "group"),
    "Coverage.class:plan": _typed(f"{HL7}coverage-class", "plan"),
    "DiagnosticReport.category:LaboratorySlice": _coded(f"{HL7}v2-0074", "LAB"),
    "DiagnosticReport.category:us-core": _coded("http://loinc.org", *_REPORTED),
    "DocumentReference.category:uscore": _coded(
        f"{US_CORE_CODES}us-core-documentreference-category", "clinical-note"
    ),
    "DocumentReference.category:adi": _coded("http://loinc.org", "42348-3"),
    "MedicationRequest.category:us-core": _coded(
        f"{HL7}medicationrequest-category", "inpatient", "outpatient", "community", "discharge"
    ),
    "Observation.category:us-core": _either(
        _coded(_OBSERVED, *OBSERVATION_CATEGORIES),
        _coded(f"{US_CORE_CODES}us-core-observation-category", "clinical-test"),
        _coded(_TAGGED, *_STATUSES, *_WISHES),
    ),
    "Observation.category:VSCat": _coded(_OBSERVED, "vital-signs"),
    "Observation.category:Laboratory": _coded(_OBSERVED, "laboratory"),
    "Observation.category:SocialHistory": _SOCIAL,
    "Observation.category:socialhistory": _SOCIAL,
    "Observation.category:survey": _coded(_OBSERVED, "survey"),
    "Observation.category:screening-assessment": _coded(_TAGGED, *_STATUSES),
    "Observation.code.coding:PulseOx": _coded("http://loinc.org", "59408-5"),
    "Observation.code.coding:O2Sat": _coded("http://loinc.org", "2708-6"),
    "Observation.extension:supporting-info": lambda extension: (
        extension["url"] == "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo"
    ),
    "Observation.component:FlowRate": _measured("3151-8"),
    "Observation.component:Concentration": _measured("3150-6"),
    "Observation.component:SystolicBP": _measured("8480-6"),
    "Observation.component:DiastolicBP": _measured("8462-4"),
    "Observation.component:systolic": _measured("8480-6", "96608-5"),
    "Observation.component:diastolic": _measured("8462-4", "96609-3"),
    "Observation.component:industry": _measured("86188-0"),
    "Organization.identifier:NPI": _of_npi,
    "Practitioner.identifier:NPI": _of_npi,
    "Provenance.agent:ProvenanceAuthor": _AUTHOR,
    "Provenance.agent:ProvenanceTransmitter": _TRANSMITTER,
    "ServiceRequest.category:us-core": _either(
        _coded(
            "http://snomed.info/sct", "108252007", "363679005", "409063005", "409073007",
            "387713003", "386053000", "410606002",
        ),
        _coded(_TAGGED, *_STATUSES),
    ),
}  # fmt: skip
"""What tells the elements of a slice from the others, by path and name of the slice."""


def as_list(value):
    return value if isinstance(value, list) else [value]


def _types_of(element: Element, name: str) -> Iterator[str]:
    for key in element:
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            yield key


def _step(element: Element, step: str, path: str) -> Iterator[Any]:
    """The parts of an element that one step of a path reaches."""
    name, _, slice_ = step.partition(":")
    if slice_ and (name.endswith("[x]") or slice_ == name):
        name, slice_ = slice_, ""
    keys = _types_of(element, name[:-3]) if name.endswith("[x]") else [name]
    belongs = SLICES[f"{path}:{slice_}"] if slice_ else lambda part: True
    for key in keys:
        found = as_list(element[key]) if key in element else []
        yield from (part for part in found if belongs(part))


def reached(resource: Resource, path: str) -> list[Any]:
    """Everything a path of the tables reaches within a resource."""
    parts: list[Any] = [resource]
    walked = resource["resourceType"]
    for step in path.split("."):
        walked += f".{step.partition(':')[0]}"
        parts = [
            below for part in parts if isinstance(part, dict) for below in _step(part, step, walked)
        ]
    return parts


def lacks(element: Element, path: str) -> bool:
    """Whether a mandatory path is missing: absent below a parent that is there."""
    step, _, rest = path.partition(".")
    name = step.removesuffix("[x]")
    found = list(_step(element, step, ""))
    if not rest:
        return not found and not any(key.startswith(f"_{name}") for key in element)
    return any(lacks(part, rest) for part in found if isinstance(part, dict))


def has_extension(resource: Resource, path: str, url: str) -> bool:
    *above, name = path.split(".")
    element = resource
    for key in above:  # the extensions of a primitive stand beside it
        element = element.get(f"_{key}", {})
    return any(each["url"] == url for each in element.get(name, []))


_OF_OLD = {
    "us-core-condition": (
        "us-core-condition-encounter-diagnosis", "us-core-condition-problems-health-concerns",
    ),
    "bodyheight": ("us-core-body-height",),
    "bodytemp": ("us-core-body-temperature",),
    "bodyweight": ("us-core-body-weight",),
    "bp": ("us-core-blood-pressure",),
    "heartrate": ("us-core-heart-rate",),
    "resprate": ("us-core-respiratory-rate",),
}  # fmt: skip
"""Profiles that 3.1.1 names and later versions replaced, and by which."""


def name_of(profile: str) -> str:
    """The last part of an address, without a version."""
    return profile.rpartition("/")[2].partition("|")[0]


def codes_of(resource: Resource, element: str) -> set[str]:
    """Codes of a CodeableConcept, or of all of them."""
    return {
        coding.get("code")
        for concept in as_list(resource.get(element, []))
        for coding in concept.get("coding", ())
    }


class Population:
    """Resources by the profiles they claim: an address without a version claims all versions."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._claiming: dict[tuple[str, str], list[Resource]] = {}
        self._by_reference: dict[str, Resource] = {}
        for resource in resources:
            self._by_reference[f"{resource['resourceType']}/{resource['id']}"] = resource
            for profile in resource["meta"].get("profile", ()):
                name, version = name_of(profile), profile.partition("|")[2]
                for each in [version] if version else VERSIONS:
                    self._claiming.setdefault((name, each), []).append(resource)

    def of_profile(self, profile: str, version: str) -> list[Resource]:
        name = name_of(profile)
        names = _OF_OLD.get(name, (name,))
        return [each for name in names for each in self._claiming.get((name, version), ())]

    def targets(self, resources: Iterable[Resource]) -> set[str]:
        """Names of the profiles of everything that some resources refer to."""
        named = {target for each in resources for target in references(each)}
        found = [self._by_reference[target] for target in named]
        return {name_of(url) for each in found for url in each["meta"].get("profile", ())}

    def misdirected(self, version: str) -> set[str]:
        """References to what the profile does not allow there."""
        return {
            f"{name_of(profile['profile'])}: {rule['path']} ({resource['id']})"
            for profile in of_version(version)
            for rule in profile["references"]
            for resource in self.of_profile(profile["profile"], version)
            for reference in reached(resource, rule["path"].partition(".")[2])
            if not self._leads_to(reference, {name_of(url) for url in rule["profiles"]})
        }

    def _leads_to(self, reference: Element, allowed: set[str]) -> bool:
        target = self._by_reference[reference["reference"]]
        claimed = {name_of(url) for url in target["meta"].get("profile", ())}
        return not allowed.isdisjoint({"Resource", target["resourceType"], *claimed})


def references(element: object) -> Iterator[str]:
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for value in element.values():
            yield from references(value)
    elif isinstance(element, list):
        for value in element:
            yield from references(value)


def _chosen(choice: Element, present: set[str]) -> set[str]:
    """What needs not be there, because an alternative is."""
    paths = set(choice.get("paths", ()))
    return paths if paths & present else set()


def missing(version: str, population: Population) -> list[str]:
    """What the tables of a version ask for and no resource of the profile shows."""
    return [
        f"{name_of(profile['profile'])}: {each}"
        for profile in of_version(version)
        for each in _missing(profile, version, population)
    ]


def _missing(profile: Profile, version: str, population: Population) -> Iterator[str]:
    wanted = profile["must_support"]
    resources = population.of_profile(profile["profile"], version)
    elements = wanted["elements"]
    present = {path for path in elements if any(reached(each, path) for each in resources)}
    excused: set[str] = set()
    for choice in wanted.get("choices") or ():
        excused |= _chosen(choice, present)
        targets = {name_of(url) for url in choice.get("target_profiles", ())}
        if targets and not targets & population.targets(resources):
            yield f"reference to one of {sorted(targets)}"
    yield from (path for path in elements if path not in present | excused)
    for slice_ in wanted["slices"]:
        path = slice_.partition(".")[2]
        if not any(reached(each, path) for each in resources):
            yield slice_
    for extension in wanted["extensions"]:
        if not any(has_extension(each, extension["path"], extension["url"]) for each in resources):
            yield extension["url"]


def incomplete(version: str, population: Population) -> set[str]:
    """Mandatory elements that a resource of the profile lacks."""
    return {
        f"{name_of(profile['profile'])}: {path} ({resource['id']})"
        for profile in of_version(version)
        for path in profile["mandatory"]
        for resource in population.of_profile(profile["profile"], version)
        if lacks(resource, path.partition(".")[2])
    }
