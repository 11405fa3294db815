"""Elements, cardinality, forms of values, codes and targets of references, and FHIR's own rules.

https://hl7.org/fhir/R4/validation.html - one walk through the resource, beside ``tables.py``.
"""

from typing import Any

from fhirapi.outcomes import Problem
from fhirapi.validation import problems
from fhirapi.validation.contained import Local, problems_of_contained
from fhirapi.validation.invariants import RULES
from fhirapi.validation.problems import DEEPEST, Place
from fhirapi.validation.references import target_of
from fhirapi.validation.tables import Element, Structure, resource_types, structure


def problems_of(resource: Any) -> list[Problem]:
    """What is wrong; nothing if the resource is valid."""
    walk = _Walk()
    kind = resource.get("resourceType") if type(resource) is dict else None
    name = kind if type(kind) is str and kind in resource_types() else "Resource"
    walk.resource(resource, (None, name), 0)
    return walk.found


class _Walk:
    """Through one resource, and those in it; an array's items and a choice's types on the way."""

    __slots__ = ("_is_contained", "_locals", "found")

    def __init__(self, *, is_contained: bool = False) -> None:
        self.found: list[Problem] = []
        self._locals: list[Local] = []
        self._is_contained = is_contained

    def resource(self, resource: Any, place: Place, depth: int) -> None:
        if type(resource) is not dict:
            self.found.append(problems.structure("A JSON object is expected.", place))
            return
        kind = resource.get("resourceType")
        if type(kind) is not str or kind not in resource_types():
            self.found.append(problems.unknown_resource(place))
            return
        self._element(resource, structure(kind), place, depth)
        is_sound = not any(each.severity == "error" for each in self.found)
        if is_sound and not self._is_contained and ("contained" in resource or self._locals):
            self.found += problems_of_contained(resource, place, self._locals)

    def _element(self, value: dict[str, Any], form: Structure, place: Place, depth: int) -> None:
        if depth > DEEPEST:
            self.found.append(problems.too_deep(place))
            return
        before = len(self.found)
        for name, inner in value.items():
            element = form.elements.get(name)
            if element is None:
                if name != "resourceType" or not form.is_resource:
                    self.found.append(problems.unknown(name, place))
            elif element.is_list:
                self._list(inner, element, value, (place, element.name), depth)
            else:
                self._one(inner, element, (place, element.name), depth)
        self._presence(value, form, place)
        if len(self.found) == before:  # rules may rely on the form of what they look at
            for rule in RULES.get(form.name, ()):
                if not rule.holds(value):
                    self.found.append(problems.invariant(rule.key, rule.text, place, rule.severity))

    def _presence(self, value: dict[str, Any], form: Structure, place: Place) -> None:
        for name, names in form.mandatory:
            if not any(each in value for each in names):
                self.found.append(problems.missing(name, place))
        if form.choices:
            self._choices(value, form, place)

    def _choices(self, value: dict[str, Any], form: Structure, place: Place) -> None:
        chosen: dict[str, str] = {}
        for name in value:
            element = form.elements.get(name)
            if element is not None and element.choice:
                before = chosen.setdefault(element.choice, element.name)
                if before != element.name:
                    text = "It may have a value of one type only."
                    self.found.append(problems.structure(text, (place, element.choice)))

    def _list(
        self, values: Any, element: Element, holder: dict[str, Any], place: Place, depth: int
    ) -> None:
        if type(values) is not list:
            self.found.append(
                problems.structure("It can be repeated: an array is expected.", place)
            )
            return
        if not values:
            self.found.append(problems.structure("An array that is empty is left out.", place))
            return
        beside = None
        if element.check is not None or element.is_partner:
            beside = holder.get(element.name if element.is_partner else f"_{element.name}")
            if type(beside) is list and len(beside) != len(values) and not element.is_partner:
                text = "The arrays of its values and of their extensions differ in length."
                self.found.append(problems.structure(text, place))
                return
        for number, each in enumerate(values):
            if (
                each is None
                and type(beside) is list
                and beside[number : number + 1] not in ([], [None])
            ):
                continue
            self._one(each, element, (place, number), depth)

    def _one(self, value: Any, element: Element, place: Place, depth: int) -> None:
        if element.check is not None:
            if wrong := element.check(value):
                self.found.append(problems.value(wrong, place))
            elif (element.codes is not None and value not in element.codes) or (
                element.form is not None and not element.form.fullmatch(value)
            ):
                self.found.append(problems.code(place))
        elif element.type == "Resource":
            self._nested(value, element, place, depth)
        elif type(value) is not dict:
            self.found.append(problems.structure("A JSON object is expected.", place))
        elif not value:
            self.found.append(problems.structure("It has neither a value nor elements.", place))
        else:
            self._complex(value, element, place, depth)

    def _complex(self, value: dict[str, Any], element: Element, place: Place, depth: int) -> None:
        before = len(self.found)
        self._element(value, structure(element.type), place, depth + 1)
        if len(self.found) != before:
            return
        if element.type == "Reference":
            self._reference(value, element, place)
        elif element.type == "Extension":
            if ":" not in value["url"] and not _is_within_extension(place):
                text = "The URL of an extension is absolute, except within another extension."
                self.found.append(problems.value(text, (place, "url")))
        elif element.concepts is not None and not _is_among(value, element.concepts):
            self.found.append(problems.concept(place))

    def _nested(self, value: Any, element: Element, place: Place, depth: int) -> None:
        is_contained = element.name == "contained"
        walk = _Walk(is_contained=is_contained)
        walk.resource(value, place, depth + 1)
        self.found += walk.found
        if is_contained:
            self._locals += walk._locals

    def _reference(self, value: dict[str, Any], element: Element, place: Place) -> None:
        text = value.get("reference")
        if text is None:
            kind = value.get("type", "").rpartition("/")[2]
        elif text[0] == "#":
            self._locals.append(Local(text[1:], element.targets, place))
            return
        else:
            kind = target_of(text)
            if kind is None:
                wrong = "A reference is Type/id, an absolute address, urn:uuid:... or #id."
                self.found.append(problems.value(wrong, (place, "reference")))
                return
        if kind and element.targets is not None and kind not in element.targets:
            self.found.append(problems.targets(element.targets, place))


def _is_among(concept: dict[str, Any], allowed: frozenset[tuple[str, str]]) -> bool:
    """An extension may say why there is none. https://hl7.org/fhir/R4/terminologies.html#required"""
    codings = concept.get("coding")
    if codings is None:
        return "extension" in concept
    return any((each.get("system"), each.get("code")) in allowed for each in codings)


def _is_within_extension(place: Place) -> bool:
    """Whether that is where ``extension[0]`` at this place stands."""
    holder = place[0][0] if place and place[0] else None
    above = holder[0] if holder else None
    return above is not None and above[1] in ("extension", "modifierExtension")
