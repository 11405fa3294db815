"""Collects the resources of one record and gives them ids, meta and provenance."""

from random import Random

from fhirapi.synthetic import practice
from fhirapi.synthetic.body import Body
from fhirapi.synthetic.concepts import US_CORE, Element, Resource
from fhirapi.synthetic.course import Life
from fhirapi.synthetic.visits import Visit

Profiles = list[str]


def profiles(*names: str) -> Profiles:
    """The canonical addresses of US Core profiles, for ``meta.profile``."""
    return [US_CORE + name for name in names]


class Chart:
    """The record while it is being written; topics add to it one after the other."""

    def __init__(self, seed: int, dice: Random, life: Life) -> None:
        self.seed = seed
        self.dice = dice
        self.life = life
        self.person = life.person
        self.body = Body(dice, life)
        self.subject: Element = {
            "reference": f"Patient/{life.person.id}",
            "display": life.person.full_name,
        }
        self.organization: Element = {
            "reference": f"Organization/{life.person.site.organization_id}",
            "display": life.person.site.name,
        }
        self.resources: list[Resource] = []
        self.by_visit: dict[int, list[Element]] = {}
        """References to what each visit wrote, by its number; nought for the rest."""
        self.relatives: list[Element] = []
        """References to the RelatedPersons."""
        self.allergies: set[str] = set()
        self.measured: dict[int, str] = {}
        """What the note says of the measurements, by number of the visit."""
        self.prescribed: dict[int, list[str]] = {}
        self._counts: dict[str, int] = {}

    def called(self, practitioner_id: str) -> Element:
        return practice.called(self.seed, practitioner_id)

    def add(
        self,
        type_: str,
        kind: str,
        profile: Profiles | None,
        elements: Resource,
        *,
        visit: Visit | None,
        updated: str | None = None,
        id_: str | None = None,
    ) -> Element:
        """Append a resource; returns the reference to it. ``kind`` is the middle of its id."""
        if id_ is None:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
            id_ = f"{self.person.id}-{kind}-{count}"
        meta: Element = {
            "versionId": "1",
            "lastUpdated": updated or (visit.updated if visit else self.first_written),
        }
        if profile:
            meta["profile"] = profile
        self.resources.append({"resourceType": type_, "id": id_, "meta": meta, **elements})
        reference: Element = {"reference": f"{type_}/{id_}"}
        self.by_visit.setdefault(visit.number if visit else 0, []).append(reference)
        return reference

    def count(self, kind: str) -> int:
        """How many of a kind there are already."""
        return self._counts.get(kind, 0)

    @property
    def first_written(self) -> str:
        """When the record was opened: at the first visit, or at midday of the joining day."""
        visits = self.life.visits
        return visits[0].updated if visits else f"{self.person.joined.isoformat()}T12:00:00Z"
