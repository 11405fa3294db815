"""Fields and filters that rows of several areas have."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import REASONS
from fhirapi.provider.fields import At
from fhirapi.provider.places import one, rest
from fhirapi.provider.schema import Always, Field, Filter
from fhirapi.provider.shapes.plain import Text


def notes(at: At = "note") -> Field:
    return f.many(
        f.part(
            "notes",
            "Remarks.",
            f.text("text", "What is remarked.", required=True),
            f.text("author", "Who remarks it, in words.", "author[x:String]"),
            f.date_time("time", "When."),
            at=at,
        )
    )


def identifiers(
    words: str = "Numbers of the record elsewhere.", *, required: bool = False
) -> Field:
    return f.many(
        f.part(
            "identifiers",
            words,
            f.uri("system", "URI of the list that the number is from.", required=True),
            f.text("value", "The number.", required=True),
            f.concept("type", "What kind of number it is."),
            f.enum("use", "usual official temp secondary old", "What it is used for."),
            at="identifier",
            required=required,
        )
    )


def reasons() -> tuple[Field, Field]:
    return (
        f.many(f.concept("reasons", "Why.", "reasonCode")),
        f.many(f.reference("reason_records", REASONS, "The record of why.", "reasonReference")),
    )


def other_categories(always: Always) -> Field:
    return f.many(
        f.concept(
            "other_categories",
            "Further categories.",
            rest("category", one("category", always.pattern)),
        )
    )


def links(name: str, target: str, words: str, at: At) -> Field:
    """A list of ids."""
    return f.many(f.reference_id(name, target, words, at))


def money(name: str, words: str, at: At = "", *, required: bool = False) -> Field:
    return f.part(
        name,
        words,
        f.number("amount", "How much.", "value", required=True),
        f.field("currency", "currency", Text("[A-Z]{3}", "a code of ISO 4217"), "Such as USD."),
        at=at,
        required=required,
    )


def encounters(parameter: str = "encounter") -> Filter:
    return filters.ids("encounter_id", parameter, "Encounter", "Of this visit.")
