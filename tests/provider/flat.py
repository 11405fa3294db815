"""Flat records by hypothesis: whatever a kind's declaration allows."""

from base64 import b64encode
from datetime import date
from decimal import Decimal
from functools import singledispatch

from hypothesis import strategies as st

from fhirapi.provider.mapping import to_fhir
from fhirapi.provider.schema import Field, Kind, Shape
from fhirapi.provider.shapes.coded import CODE, SYSTEMS, CodedEnum, Coding, Concept, System
from fhirapi.provider.shapes.compound import Inside, Many, Part
from fhirapi.provider.shapes.content import Attachment, BinaryId, Narrative, NoteText
from fhirapi.provider.shapes.links import ReferenceId, ReferenceTo
from fhirapi.provider.shapes.measures import Quantity
from fhirapi.provider.shapes.plain import (
    URI,
    Boolean,
    Date,
    DateTime,
    Enum,
    Instant,
    Integer,
    Number,
    Text,
)
from fhirapi.store.exact import parse, write
from fhirapi.validation.structure import problems_of

_WORDS = st.sampled_from(
    [
        "a",
        "Two words",
        "line\nline",
        "<b>&amp;</b>",
        "'\"\\|$,",
        "äñ語🙂",
        "1.50",
        " edges ",
        "null",
    ]
)
_NEAT = _WORDS.map(str.strip)
_IDS = st.sampled_from(["1", "142859-cond-1", "A.b-C", "x" * 64])
_CODES = st.sampled_from(["0", "J45.909", "active", "mm[Hg]", "two words"])
_SYSTEMS = st.sampled_from([*SYSTEMS, "urn:ietf:bcp:47", "https://codes.example/list"])


def records(kind: Kind, *, full: bool | None = None):
    """New records. ``full``: with all fields that can stand together; False: with the least."""
    return _objects(kind.fields, kind.needs, full=full).filter(
        lambda flat: _keeps_the_rules(kind, flat)
    )


def _keeps_the_rules(kind: Kind, flat) -> bool:
    """FHIR's rules between elements (gol-1 and the like) are asked when it is written."""
    resource = parse(write(to_fhir(kind, flat)))
    return all(each.code != "invariant" for each in problems_of(resource))


_OF_PATTERN = {
    CODE.pattern: ["248152002", "a b"],
    "[A-Z]{3}": ["USD", "EUR"],
    URI.pattern: ["https://ids.example/list", "urn:oid:1.2.3", "äñ:🙂"],
}


@singledispatch
def values(shape: Shape):
    raise TypeError(type(shape).__name__)


@values.register
def _(shape: Text):
    if not shape.pattern:
        return _WORDS
    return st.sampled_from(_OF_PATTERN[shape.pattern])


@values.register
def _(shape: Enum):
    return st.sampled_from(shape.codes)


@values.register
def _(shape: CodedEnum):
    return st.sampled_from(list(shape.codes))


@values.register
def _(shape: Boolean):
    return st.booleans()


_WHOLES = st.integers(-(10**9), 10**9)


@values.register
def _(shape: Number):
    scaled = st.builds(
        lambda whole, scale: Decimal(whole).scaleb(-scale), _WHOLES, st.integers(0, 6)
    )
    return _WHOLES | scaled


@values.register
def _(shape: Integer):
    return st.integers(shape.least, 2**31 - 1)


_DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat)
_TIMES = st.sampled_from(
    ["T00:00:00Z", "T23:59:59.999999+14:00", "T12:30:00-05:00", "T08:15:30.10-08:00"]
)
_MOMENTS = st.builds(str.__add__, _DAYS, _TIMES)


@values.register
def _(shape: Date):
    return st.one_of(_DAYS, _DAYS.map(lambda day: day[:7]), _DAYS.map(lambda day: day[:4]))


@values.register
def _(shape: Instant):
    return _MOMENTS


@values.register
def _(shape: DateTime):
    return st.one_of(_MOMENTS, _DAYS, _DAYS.map(lambda day: day[:4]))


@values.register
def _(shape: System):
    return _SYSTEMS


_CODINGS = st.fixed_dictionaries({"code": _CODES}, optional={"system": _SYSTEMS, "display": _NEAT})


@values.register
def _(shape: Coding):
    return _CODINGS


def _is_not_repeated(concept):
    """A text that says what ``display`` says is told once."""
    return concept.get("text") != concept.get("display") or "text" not in concept


@values.register
def _(shape: Concept):
    coded = st.fixed_dictionaries(
        {"code": _CODES},
        optional={
            "system": _SYSTEMS,
            "display": _NEAT,
            "text": _NEAT,
            "other_codings": st.lists(_CODINGS, min_size=1, max_size=2),
        },
    )
    return st.one_of(coded, st.fixed_dictionaries({"text": _NEAT})).filter(_is_not_repeated)


@values.register
def _(shape: ReferenceId):
    return _IDS


@values.register
def _(shape: BinaryId):
    return _IDS


@values.register
def _(shape: ReferenceTo):
    target = {"type": st.sampled_from(shape.targets), "id": _IDS}
    return st.one_of(
        st.fixed_dictionaries(target, optional={"display": _NEAT}),
        st.fixed_dictionaries({"display": _NEAT}),
    )


@values.register
def _(shape: Quantity):
    parts = {"value": values(Number()), "unit": _NEAT, "code": _CODES}
    needed = {name: parts[name] for name in shape.needs}
    optional = {name: part for name, part in parts.items() if name not in needed}
    if not shape.is_simple:
        optional["comparator"] = st.sampled_from(["<", "<=", ">=", ">"])
    return st.fixed_dictionaries(needed, optional=optional)


@values.register
def _(shape: NoteText):
    return _WORDS


@values.register
def _(shape: Narrative):
    return _NEAT.filter(lambda text: not any(shape.errors(text, "")))


@values.register
def _(shape: Attachment):
    common = {"language": st.just("en-US"), "title": _NEAT, "created_at": _MOMENTS}
    return st.one_of(
        st.fixed_dictionaries(
            {"content_type": st.just("text/plain"), "text": _WORDS}, optional=common
        ),
        st.fixed_dictionaries(
            {
                "content_type": st.just("image/png"),
                "data": st.binary(min_size=1, max_size=9).map(
                    lambda data: b64encode(data).decode()
                ),
            },
            optional=common,
        ),
        st.fixed_dictionaries(
            {"content_type": st.just("application/pdf"), "binary_id": _IDS},
            optional={**common, "size": st.integers(0, 2**31 - 1)},
        ),
    )


@values.register
def _(shape: Part):
    return _objects(shape.fields, shape.needs).filter(bool)


@values.register
def _(shape: Many):
    return st.lists(values(shape.of), min_size=1, max_size=3)


@values.register
def _(shape: Inside):
    return values(shape.of)


def _choice(field: Field) -> tuple[str, str] | None:
    """The element whose type a field decides, and the type."""
    for number, step in enumerate(field.at):
        if step.choice:
            above = "".join(f"{each.key}." for each in field.at[:number])
            return above + step.member, step.choice
    return None


@st.composite
def _objects(draw, fields, needs, full=None):
    types: dict[str, str] = {}
    said = {}
    needed = {draw(st.sampled_from(names)) for names in needs}
    for field in sorted(fields, key=lambda field: field.name not in needed):
        is_needed = field.is_required or field.name in needed
        wanted = is_needed or (draw(st.booleans()) if full is None else full)
        choice = _choice(field)
        if choice:
            wanted = wanted and types.setdefault(choice[0], choice[1]) == choice[1]
        if wanted and not field.is_read_only:
            said[field.name] = draw(values(field.shape))
    return said
