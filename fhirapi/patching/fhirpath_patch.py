"""FHIRPath Patch: a Parameters resource. https://hl7.org/fhir/R4/fhirpatch.html"""

from copy import deepcopy
from functools import partial
from typing import Any, NamedTuple

from fhirapi.outcomes import bad_patch, unpatchable
from fhirapi.patching.elements import Element, choices, elements
from fhirapi.patching.json_patch import MOST
from fhirapi.patching.path import Json, Place, Step, follow, parse
from fhirapi.store import exact

_NEEDS = {
    "add": ("path", "name", "value"),
    "insert": ("path", "value", "index"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}
_FORMS = {
    "type": ("valueCode", str),
    "path": ("valueString", str),
    "name": ("valueString", str),
    "index": ("valueInteger", int),
    "source": ("valueInteger", int),
    "destination": ("valueInteger", int),
}


class Operation(NamedTuple):
    type: str
    steps: tuple[Step, ...]
    parts: Json
    """By name: texts and numbers; ``value`` is the part itself."""


def patch_of(parameters: Json) -> partial[Json]:
    """As ``writing.change.Patch`` wants it. Raises the 400 outcome."""
    return partial(apply, read(parameters))


def read(parameters: Json) -> list[Operation]:
    """Raises the 400 outcome for what is no patch."""
    if parameters.get("resourceType") != "Parameters":
        raise bad_patch("a Parameters resource is expected.")
    given = parameters.get("parameter")
    if type(given) is not list or not 1 <= len(given) <= MOST:
        raise bad_patch(f"a list of 1 to {MOST} operations is expected.")
    found = []
    for number, each in enumerate(given, 1):
        try:
            found.append(_operation(each))
        except ValueError as why:
            raise bad_patch(f"operation {number}: {why}") from None
    return found


def _operation(parameter: Any) -> Operation:
    if type(parameter) is not dict or parameter.get("name") != "operation":
        raise ValueError("a parameter with the name operation is expected.")
    parts = dict(_part(each) for each in _list(parameter.get("part")))
    kind = parts.get("type")
    if kind not in _NEEDS:
        raise ValueError(f"its type is none of {', '.join(_NEEDS)}.")
    if missing := [name for name in _NEEDS[kind] if name not in parts]:
        raise ValueError(f"it has no {missing[0]}.")
    return Operation(kind, parse(parts["path"]), parts)


def _part(part: Any) -> tuple[str, Any]:
    name = part.get("name") if type(part) is dict else None
    if name == "value":
        if "part" not in part:
            _member(part)
        return name, part
    if type(name) is not str or name not in _FORMS:
        raise ValueError("it has a part that no operation knows.")
    member, form = _FORMS[name]
    value = part.get(member)
    if type(value) is not form or str(value).startswith("-"):
        raise ValueError(f"its part {name} needs a {member}.")
    return name, value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError("it has no parts.")
    return value


def apply(operations: list[Operation], resource: Json) -> Json:
    """The new resource; the one given is used up. Raises the 422 outcome."""
    for number, operation in enumerate(operations, 1):
        try:
            _DO[operation.type](resource, operation)
            if number == len(operations):
                exact.size(resource)
        except ValueError as why:
            raise unpatchable(number, str(why)) from None
    return resource


def _add(resource: Json, operation: Operation) -> None:
    place = _only(follow(resource, operation.steps))
    if type(place.value) is not dict:
        raise ValueError("its path does not lead to an element that has others.")
    value = operation.parts["value"]
    element = _element(place.type, operation.parts["name"], value)
    made = _made(value, element)
    if element.is_list:
        items = _Items(place.value, element.name)
        items.insert(len(items), made)
    elif _is_taken(place, element):
        raise ValueError("the element is there already; replace it.")
    else:
        place.value[element.name] = made


def _is_taken(place: Place, element: Element) -> bool:
    others = choices(place.type, element.choice) if element.choice else [element]
    return any(each.name in place.value for each in others)


def _insert(resource: Json, operation: Operation) -> None:
    owner, element = _list_at(resource, operation.steps)
    items = _Items(owner, element.name)
    if operation.parts["index"] > len(items):
        raise ValueError("the list is shorter than its index says.")
    items.insert(operation.parts["index"], _made(operation.parts["value"], element))


def _delete(resource: Json, operation: Operation) -> None:
    places = follow(resource, operation.steps)
    if not places:  # it is gone already
        return
    _take_away(_only(places))


def _take_away(place: Place) -> None:
    _require_inner(place)
    if place.number is None:
        del place.owner[place.name]
        place.owner.pop(f"_{place.name}", None)
    else:
        _Items(place.owner, place.name).take(place.number)


def _replace(resource: Json, operation: Operation) -> None:
    place = _only(follow(resource, operation.steps))
    _require_inner(place)
    value = operation.parts["value"]
    known = elements(place.owner_type)[place.name]
    element = _element(place.owner_type, known.choice or known.name, value)
    made = _made(value, element)
    if place.number is not None:
        items = _Items(place.owner, place.name)
        items.take(place.number, keeps_list=True)
        items.insert(place.number, made)
        return
    place.owner.pop(f"_{place.name}", None)
    if element.name == place.name:
        place.owner[place.name] = made
    else:  # another type of the choice takes its place
        _rename(place.owner, place.name, element.name)
        place.owner[element.name] = made


def _rename(owner: Json, old: str, new: str) -> None:
    members = [(new if name == old else name, value) for name, value in owner.items()]
    owner.clear()
    owner.update(members)


def _move(resource: Json, operation: Operation) -> None:
    owner, element = _list_at(resource, operation.steps)
    items = _Items(owner, element.name)
    source, destination = operation.parts["source"], operation.parts["destination"]
    if max(source, destination) >= len(items):
        raise ValueError("the list is shorter than it says.")
    items.move(source, destination)


_DO = {"add": _add, "insert": _insert, "delete": _delete, "replace": _replace, "move": _move}


def _only(places: list[Place]) -> Place:
    if len(places) != 1:
        raise ValueError(f"its path leads to {'several elements' if places else 'nothing'}.")
    return places[0]


def _require_inner(place: Place) -> None:
    if not place.name:
        raise ValueError("its path leads to the resource itself.")


def _list_at(resource: Json, steps: tuple[Step, ...]) -> tuple[Json, Element]:
    """Whose list the path names, and which one."""
    if not steps or steps[-1].kind != "child":
        raise ValueError("its path has to end with the name of a list.")
    place = _only(follow(resource, steps[:-1]))
    element = elements(place.type).get(steps[-1].name)
    if element is None or not element.is_list or type(place.value) is not dict:
        raise ValueError("its path does not lead to a list.")
    return place.value, element


def _element(type_name: str, name: str, value: Json) -> Element:
    """The element that is meant; of a choice the one with the type of the value."""
    found = elements(type_name).get(name)
    if found is None:
        kind = _member(value).removeprefix("value")
        wanted = name.removesuffix("[x]") + kind
        found = next((each for each in choices(type_name, name) if each.name == wanted), None)
    if found is None:
        raise ValueError("FHIR has no such element there.")
    return found


def _made(part: Json, element: Element) -> Any:
    """The JSON of a part's value; of an element without a name of its own as parts of it."""
    if "part" in part:
        return _assembled(part, element)
    return deepcopy(part[_member(part)])


def _assembled(part: Json, element: Element) -> Json:
    if not element.type:
        raise ValueError("a primitive has no parts.")
    made: Json = {}
    for each in _list(part["part"]):
        if type(each) is not dict:
            raise ValueError("a part has a name and a value.")
        inner = _element(element.type, str(each.get("name")), each)
        value = _made(each, inner)
        if inner.is_list:
            made.setdefault(inner.name, []).append(value)
        elif inner.name in made:
            raise ValueError("an element that may be there once is given twice.")
        else:
            made[inner.name] = value
    return made


def _member(part: Json) -> str:
    """``valueQuantity``; or ``resource``, of what is contained."""
    found = [name for name in part if name.startswith("value") or name == "resource"]
    if len(found) != 1 or any(name.startswith("_value") for name in part):
        raise ValueError("a value[x] is expected, and no extension of it.")
    return found[0]


class _Items:
    """A list, with that of its primitives' extensions beside it.

    https://hl7.org/fhir/R4/json.html#primitive
    """

    def __init__(self, owner: Json, name: str) -> None:
        self._owner, self._name, self._beside = owner, name, f"_{name}"
        if type(owner.get(name, [])) is not list:
            raise ValueError("what is stored there is no list.")

    def __len__(self) -> int:
        return len(self._owner.get(self._name, []))

    def insert(self, index: int, value: Any) -> None:
        self._extensions(lambda found: found.insert(index, None))
        self._owner.setdefault(self._name, []).insert(index, value)

    def take(self, index: int, *, keeps_list: bool = False) -> None:
        self._extensions(lambda found: found.pop(index))
        del self._owner[self._name][index]
        if not self._owner[self._name] and not keeps_list:
            del self._owner[self._name]
            self._owner.pop(self._beside, None)

    def move(self, source: int, destination: int) -> None:
        self._extensions(lambda found: found.insert(destination, found.pop(source)))
        items = self._owner[self._name]
        items.insert(destination, items.pop(source))

    def _extensions(self, change: Any) -> None:
        """Keeps the two lists of one length; one without any extension is none."""
        found = self._owner.get(self._beside)
        if type(found) is not list:
            return
        found += [None] * (len(self) - len(found))
        change(found)
        if not any(found):
            del self._owner[self._beside]
