"""The chapters, in the order in which they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.documentation import errors, facts, limits, types


class Part(Enum):
    """What stands together in the contents."""

    START = _("Start")
    ACCESS = _("Access")
    DATA = _("Data")
    REFERENCE = _("Reference")
    RULES = _("Programs and rules")


@dataclass(frozen=True)
class Chapter:
    slug: str
    """Of its address: ``errors``, ``resources/Patient``."""
    title: str
    summary: str
    """One sentence, for contents, search and machines."""
    part: Part
    template: str = ""
    """Below ``documentation/chapters``; unless told: the slug's."""
    facts: Callable[[], dict[str, Any]] = dict
    """What its template needs beside what every chapter has (written.py)."""
    below: str = ""
    """The slug of the chapter that lists it; the contents leave it out."""
    closed: str = ""
    """The template for those who may not read it (readers.py); empty: everybody may."""
    is_live: bool = False
    """Whether what it tells may change while the product runs."""

    @property
    def address(self) -> str:
        return reverse("portal:chapter", args=[self.slug])

    @property
    def source(self) -> str:
        return f"documentation/chapters/{self.template or self.slug}.md"

    @property
    def closed_source(self) -> str:
        return f"documentation/chapters/{self.closed}.md"


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "overview",
        "The API at a glance",
        "What the API is, who uses it, the two APIs and their addresses.",
        Part.START,
        facts=facts.standards,
    ),
    Chapter(
        "access-key",
        "Account and access key",
        "Register, sign in with a PIN, make a key, choose patients: each step with a picture.",
        Part.START,
        facts=facts.people,
    ),
    Chapter(
        "quick-start",
        "Quick start in five minutes",
        "From an access key to a token, a patient, a search and the next token.",
        Part.START,
        facts=facts.access,
    ),
    Chapter(
        "two-apis",
        "The two APIs compared",
        "Patient Access and Provider Access side by side, and which one to choose.",
        Part.START,
        facts=facts.provider_api,
    ),
    Chapter(
        "oauth",
        "OAuth and SMART",
        "The ways to an access token, the kinds of app, and all addresses.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "registration",
        "Register an app",
        "On the page or by the app itself, with the rules and how secrets are exchanged.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "standalone-launch",
        "Standalone launch",
        "A person opens an app, signs in with QSmartCare and says what it may see.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "ehr-launch",
        "EHR launch",
        "An app is opened from a patient's page and starts with that patient.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "backend-services",
        "Backend services",
        "Programs without people: a signed assertion for a token.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "scopes",
        "Scopes",
        "What a scope says, every scope in plain words, and what is granted in the end.",
        Part.ACCESS,
        facts=facts.scopes,
    ),
    Chapter(
        "tokens",
        "Tokens",
        "How long they last, refresh, introspection, revocation, who signed in, rates.",
        Part.ACCESS,
        facts=facts.access,
    ),
    Chapter(
        "searching",
        "Search",
        "Parameters, values, modifiers, chains, includes and pages.",
        Part.DATA,
        facts=facts.standards,
    ),
    Chapter(
        "writing",
        "Writing",
        "Create, update, patch, delete, and several of them in one request.",
        Part.DATA,
    ),
    Chapter(
        "bulk-export",
        "Bulk export",
        "Whole records of many patients as NDJSON or Parquet files, and lists of patients.",
        Part.DATA,
        facts=facts.bulk,
    ),
    Chapter(
        "bulk-import",
        "Bulk import",
        "Files of many resources into the server, checked line by line.",
        Part.DATA,
        facts=facts.bulk,
    ),
    Chapter(
        "provider-access",
        "Provider Access API",
        "Flat JSON to read and write the same records, with a feed of changes and webhooks.",
        Part.DATA,
        facts=facts.provider_api,
        closed="provider-access-closed",
    ),
    Chapter(
        "resources",
        "Resource types",
        "What there is to read: every type with its fields, searches, profiles and scopes.",
        Part.DATA,
        facts=types.facts_of_all,
    ),
    *(
        Chapter(
            f"resources/{each.name}",
            each.name,
            f"{each.words}.",
            Part.DATA,
            template="type",
            facts=partial(types.facts, each.name),
            below="resources",
        )
        for each in types.every()
    ),
    Chapter(
        "operations",
        "Operations",
        "A whole record, documents, validation, export and import.",
        Part.REFERENCE,
        facts=types.facts_of_all,
    ),
    Chapter(
        "errors",
        "Errors",
        "Every error that an app can be told, with its cause and what to do about it.",
        Part.REFERENCE,
        facts=errors.facts,
    ),
    Chapter(
        "limits",
        "Limits",
        "How much and how often an app may ask, and what it is told when it asks too much.",
        Part.REFERENCE,
        facts=limits.facts,
    ),
    Chapter(
        "service-base-urls",
        "Service base URLs",
        "The address of each practice's FHIR server, for people and for machines.",
        Part.REFERENCE,
        facts=facts.service_base_urls,
        is_live=True,
    ),
    Chapter(
        "security",
        "Security",
        "What protects the data here, what an app does on its side, how to report a weakness.",
        Part.RULES,
        facts=facts.people,
    ),
    Chapter(
        "changes-and-status",
        "Changes and status",
        "How you hear of changes, of what is going to end, and of incidents; files for programs.",
        Part.RULES,
    ),
    Chapter(
        "terms",
        "Terms of use",
        "What those who use the API agree to, and what they can rely on.",
        Part.RULES,
        facts=facts.access,
    ),
    Chapter(
        "compliance",
        "Compliance",
        "What the federal rules ask of this API, where each is met, and what is not.",
        Part.RULES,
        facts=facts.standards,
    ),
)


def find(slug: str) -> Chapter | None:
    return _BY_SLUG.get(slug)


def by_slug(slug: str) -> Chapter:
    """Raises KeyError."""
    return _BY_SLUG[slug]


def contents() -> list[tuple[Promise | str, list[Chapter]]]:
    """The parts that have chapters, each with those that stand in the contents."""
    of_part = ((part, [each for each in CHAPTERS if each.part is part]) for part in Part)
    return [(part.value, [each for each in of if not each.below]) for part, of in of_part if of]


def neighbours(chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The one before and the one after it."""
    place = CHAPTERS.index(chapter)
    before = CHAPTERS[place - 1] if place else None
    after = CHAPTERS[place + 1] if place + 1 < len(CHAPTERS) else None
    return before, after


_BY_SLUG = {each.slug: each for each in CHAPTERS}
