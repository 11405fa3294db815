"""Parts of a type that a person may open alone: what has a certain category.

45 CFR 170.315(g)(10) with US Core 6.1.0 and later: the scopes that are offered for these two types.
https://hl7.org/fhir/us/core/STU6.1/scopes.html
"""

from dataclasses import dataclass

_HL7 = "http://terminology.hl7.org/CodeSystem/"
_US_CORE = "http://hl7.org/fhir/us/core/CodeSystem/"


@dataclass(frozen=True)
class Part:
    system: str
    code: str
    words: str

    @property
    def constraint(self) -> str:
        """As a scope writes it."""
        return f"category={self.system}|{self.code}"


PARTS: dict[str, tuple[Part, ...]] = {
    "Condition": (
        Part(f"{_HL7}condition-category", "encounter-diagnosis", "Diagnoses made at visits"),
        Part(f"{_HL7}condition-category", "problem-list-item", "The list of problems"),
        Part(f"{_US_CORE}condition-category", "health-concern", "Health concerns"),
    ),
    "Observation": (
        Part(f"{_HL7}observation-category", "laboratory", "Laboratory results"),
        Part(f"{_HL7}observation-category", "vital-signs", "Vital signs"),
        Part(f"{_HL7}observation-category", "social-history", "Social history, such as smoking"),
        Part(f"{_HL7}observation-category", "survey", "Answers to questionnaires"),
        Part(f"{_US_CORE}us-core-category", "sdoh", "Living conditions, such as housing and food"),
        Part(f"{_US_CORE}us-core-observation-category", "clinical-test", "Other clinical tests"),
    ),
}
