"""FHIR's data types as people read them: dates MM/DD/YYYY, codes as words, values with units.

https://hl7.org/fhir/R4/datatypes.html
"""

import re
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fhirapi.searchparams.paths import values

_DATE = re.compile(r"\d{4}(-\d\d){0,2}(T\d\d:\d\d.*)?", re.ASCII)
# Codes of UCUM that people know by another sign. https://ucum.org/ucum
_UNITS = {"Cel": "°C", "[degF]": "°F", "mm[Hg]": "mmHg", "kg/m2": "kg/m²", "{score}": "", "1": ""}
_DASH = "\u2013"
# What is written with a word of its own in FHIR, and in lower case or with a hyphen.
_OF_CODE = re.compile(r"[a-z][a-z-]*")
# Codes of status that people meet most; others are told as they are written.
_STATUS = (
    gettext_noop("Active"), gettext_noop("Inactive"), gettext_noop("Resolved"),
    gettext_noop("Recurrence"), gettext_noop("Remission"), gettext_noop("Confirmed"),
    gettext_noop("Unconfirmed"), gettext_noop("Refuted"), gettext_noop("Provisional"),
    gettext_noop("Completed"), gettext_noop("Stopped"), gettext_noop("Final"),
    gettext_noop("Amended"), gettext_noop("Corrected"), gettext_noop("Preliminary"),
    gettext_noop("Finished"), gettext_noop("Planned"), gettext_noop("In progress"),
    gettext_noop("Cancelled"), gettext_noop("Current"), gettext_noop("Superseded"),
    gettext_noop("Draft"), gettext_noop("Order"), gettext_noop("Plan"), gettext_noop("Booked"),
    gettext_noop("Fulfilled"), gettext_noop("Low"), gettext_noop("High"),
)  # fmt: skip


def in_words(value: Any) -> str:
    """Any data type in one line; empty where it says nothing that people can read."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(in_words, value))))
    return _element(value) if isinstance(value, dict) else ""


def at(resource: dict[str, Any], *paths: str) -> str:
    """What stands at the first of these paths where there is something to read."""
    for path in paths:
        if words := in_words(values(resource, path)):
            return words
    return ""


def day(value: str) -> str:
    """MM/DD/YYYY, or as much of it as is known; an instant in the reader's time zone."""
    if "T" in value:
        found = instant(value)
        try:
            return f"{timezone.localtime(found):%m/%d/%Y}" if found else ""
        except OverflowError:  # the edge of the calendar
            return value[:10]
    year, *rest = value.split("-")
    return "/".join([*rest, year])


def instant(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def moment(value: str) -> datetime | date | None:
    """For plots: what is known to the day at least."""
    if "T" in value:
        return instant(value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def quantity(value: dict[str, Any]) -> str:
    amount = value.get("value")
    if amount is None:
        return ""
    return f"{value.get('comparator', '')}{in_words(amount)} {unit(value)}".strip()


def unit(value: dict[str, Any]) -> str:
    written = str(value.get("unit") or value.get("code") or "")
    return _UNITS.get(written, written.replace("{1.73_m2}", "1.73 m²"))


def codes(concept: Any) -> str:
    """The codes of a concept, for the small print: ``LOINC 2345-7``."""
    found = [_coding(each) for each in values({"x": concept}, "x.coding") if each.get("code")]
    return ", ".join(dict.fromkeys(found))


_SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://www.ama-assn.org/go/cpt": "CPT",
}


def _coding(coding: dict[str, Any]) -> str:
    return f"{_SYSTEMS.get(coding.get('system', ''), '')} {coding['code']}".strip()


def _text(value: str) -> str:
    if _DATE.fullmatch(value):
        return day(value)
    if _OF_CODE.fullmatch(value):
        return _(value.replace("-", " ").capitalize())
    return value


def _element(value: dict[str, Any]) -> str:
    if text := value.get("text"):
        return str(text)
    if "coding" in value:
        return in_words([each.get("display") or each.get("code") for each in value["coding"]][:1])
    if "currency" in value:
        return f"{value.get('value', 0):,.2f} {value['currency']}"
    if "low" in value or "high" in value:
        return _range(value)
    if "start" in value or "end" in value:
        return _period(value)
    if "family" in value or "given" in value:
        parts = [*value.get("given", []), value.get("family")]
        return " ".join(part for part in parts if part)
    if "line" in value or "city" in value:
        return _address(value)
    if "numerator" in value:
        return f"{in_words(value['numerator'])} / {in_words(value.get('denominator'))}"
    if isinstance(value.get("value"), int | float):
        return quantity(value)
    return str(value.get("display") or value.get("value") or value.get("code") or "")


def _range(value: dict[str, Any]) -> str:
    low, high = value.get("low"), value.get("high")
    if low and high:
        return f"{in_words(low.get('value'))}{_DASH}{quantity(high)}"
    return _("at least %s") % quantity(low) if low else _("up to %s") % quantity(high or {})


def _period(value: dict[str, Any]) -> str:
    start, end = (day(value[each]) if each in value else "" for each in ("start", "end"))
    if start and end and start != end:
        return f"{start}{_DASH}{end}"
    if start:
        return start if end else _("since %s") % start
    return _("until %s") % end


def _address(value: dict[str, Any]) -> str:
    place = " ".join(filter(None, (value.get("state"), value.get("postalCode"))))
    return ", ".join(filter(None, (*value.get("line", []), value.get("city"), place)))
