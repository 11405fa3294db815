"""Objects and lists of other shapes."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from fhirapi.provider.places import Way, get, put
from fhirapi.provider.same import same
from fhirapi.provider.schema import Field, FieldError, Json, Shape, error_name


@dataclass(frozen=True)
class Part(Shape):
    """An object with fields of its own, and FHIR's element for it."""

    fields: tuple[Field, ...]
    blank: Json = field(default_factory=dict, hash=False)
    """What FHIR's element has beyond that when it is new."""
    needs: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups, it has at least one field."""

    def show(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        return show_fields(self.fields, stored) or None

    def store(self, value: Any, onto: Any) -> Any:
        element = deepcopy(onto if isinstance(onto, dict) else self.blank)
        # Within an object nothing is left as it is: it is written as a whole.
        whole = {each.name: None for each in self.fields} | value
        store_fields(self.fields, whole, element)
        return element

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, dict):
            yield FieldError(name, "type", "An object is expected here.")
            return
        if not any(part is not None for part in value.values()):
            yield FieldError(name, "format", "The object is empty: leave it out, or say null.")
        yield from field_errors(self.fields, value, f"{name}.", is_new=True)
        yield from need_errors(self.needs, value, f"{name}.")

    def json_schema(self) -> Json:
        required = [each.name for each in self.fields if each.is_required]
        schema: Json = {
            "type": "object",
            "properties": {
                each.name: {**each.shape.json_schema(), "description": each.words}
                for each in self.fields
            },
            "additionalProperties": False,
            **need_schema(self.needs),
        }
        return {**schema, "required": required} if required else {**schema, "minProperties": 1}

    def below(self) -> tuple[Field, ...]:
        return self.fields


@dataclass(frozen=True)
class Many(Shape):
    """A list. An item that was edited keeps what the flat form does not show of it."""

    of: Shape

    def show(self, stored: Any) -> Any:
        items = stored if isinstance(stored, list) else []
        # What cannot be shown is left out here and kept by ``store``.
        return [shown for each in items if (shown := self.of.show(each)) is not None] or None

    def store(self, value: Any, onto: Any) -> Any:
        stored = onto if isinstance(onto, list) else []
        shown = [self.of.show(each) for each in stored]
        numbers = paired(shown, value)
        return [
            *(
                stored[number]
                if number is not None and same(shown[number], each)
                else self.of.store(each, None if number is None else stored[number])
                for each, number in zip(value, numbers, strict=True)
            ),
            *self._hidden(stored),
        ]

    def left(self, stored: Any) -> Any:
        return self._hidden(stored) or None

    def _hidden(self, stored: list[Any]) -> list[Any]:
        return [each for each in stored if self.of.show(each) is None]

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, list):
            yield FieldError(name, "type", "A list is expected here.")
            return
        if not value:
            yield FieldError(name, "format", "The list is empty: leave it out, or say null.")
        for number, each in enumerate(value):
            yield from self.of.errors(each, f"{name}[{number}]")

    def json_schema(self) -> Json:
        return {"type": "array", "minItems": 1, "items": self.of.json_schema()}

    def below(self) -> tuple[Field, ...]:
        return self.of.below()


@dataclass(frozen=True)
class Inside(Shape):
    """The one value of an element that is worth showing, such as the value of an extension."""

    way: Way
    of: Shape

    def show(self, stored: Any) -> Any:
        return self.of.show(get(stored, self.way))

    def store(self, value: Any, onto: Any) -> Any:
        element = deepcopy(onto) if isinstance(onto, dict) else {}
        put(element, self.way, self.of.store(value, get(element, self.way)))
        return element

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from self.of.errors(value, name)

    def json_schema(self) -> Json:
        return self.of.json_schema()

    def below(self) -> tuple[Field, ...]:
        return self.of.below()


def show_fields(fields: tuple[Field, ...], element: Json) -> Json:
    shown = {}
    for each in fields:
        stored = get(element, each.at)
        value = None if stored is None else each.shape.show(stored)
        if value is not None:
            shown[each.name] = value
    return shown


def store_fields(fields: tuple[Field, ...], flat: Json, element: Json) -> None:
    """Writes what differs from what the element shows; what is to go goes first."""
    named = [each for each in fields if each.name in flat and not each.is_read_only]
    for each in sorted(named, key=lambda each: flat[each.name] is not None):
        stored, value = get(element, each.at), flat[each.name]
        shown = None if stored is None else each.shape.show(stored)
        if value is None and shown is not None:
            put(element, each.at, each.shape.left(stored))
        elif value is not None and not same(shown, value):
            put(element, each.at, each.shape.store(value, stored))


def field_errors(
    fields: tuple[Field, ...], flat: Json, prefix: str, *, is_new: bool
) -> Iterator[FieldError]:
    by_name = {each.name: each for each in fields}
    for name, value in flat.items():
        known = by_name.get(name)
        if known is None:
            yield FieldError(error_name(prefix, name), "unknown", "There is no such field.")
        elif known.is_read_only:
            continue
        elif value is not None:
            yield from known.shape.errors(value, prefix + name)
        elif known.is_required or not (is_new or known.may_be_removed):
            yield FieldError(prefix + name, "required", "The field cannot be without a value.")
    for each in fields:
        if is_new and each.is_required and each.name not in flat:
            yield FieldError(prefix + each.name, "required", "The field is missing.")
    yield from _choice_errors(fields, flat, prefix)


def need_errors(
    needs: tuple[tuple[str, ...], ...], flat: Json, prefix: str
) -> Iterator[FieldError]:
    for names in needs:
        if all(flat.get(name) is None for name in names):
            detail = f"One of {', '.join(names)} is needed."
            yield FieldError(prefix + names[0], "required", detail)


def need_schema(needs: tuple[tuple[str, ...], ...]) -> Json:
    some = [{"anyOf": [{"required": [name]} for name in names]} for names in needs]
    return {"allOf": some} if some else {}


def _choice_errors(fields: tuple[Field, ...], flat: Json, prefix: str) -> Iterator[FieldError]:
    """Values of two types, where FHIR has one element of one type."""
    chosen: dict[Any, tuple[str, str]] = {}
    for each in fields:
        for number, step in enumerate(each.at):
            if not step.choice or flat.get(each.name) is None:
                continue
            place = (*(above.key for above in each.at[:number]), step.member)
            choice, other = chosen.setdefault(place, (step.choice, each.name))
            if choice != step.choice:
                detail = f"Only one of {other} and {each.name} can have a value."
                yield FieldError(prefix + each.name, "choice", detail)


def paired(shown: list[Any], values: list[Any]) -> list[int | None]:
    """For every new value the number of the stored one that it is, or is an edit of."""
    free = [number for number, flat in enumerate(shown) if flat is not None]
    found: list[int | None] = [None] * len(values)
    for place, value in enumerate(values):
        number = next((each for each in free if same(shown[each], value)), None)
        if number is not None:
            found[place] = number
            free.remove(number)
    for place, value in enumerate(values):
        if found[place] is None:
            likely = [each for each in free if _is_edit(shown[each], value)]
            if likely:
                number = max(likely, key=lambda each: _in_common(shown[each], value))
                found[place] = number
                free.remove(number)
    return found


def _is_edit(old: Any, new: Any) -> bool:
    return isinstance(old, dict) and 2 * _in_common(old, new) >= len(old)


def _in_common(old: Json, new: Json) -> int:
    return sum(name in new and same(old[name], new[name]) for name in old)
