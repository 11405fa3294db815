"""Panels and other reports, the orders and samples that they rest on."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import AUTHORS, HL7, PRIORITIES, REPORT_STATUS, REQUEST_STATUS, STAFF
from fhirapi.provider.kinds.common import (
    encounters,
    identifiers,
    links,
    notes,
    other_categories,
    reasons,
)
from fhirapi.provider.schema import Always, Field, Filter
from fhirapi.provider.shapes.compound import Many
from fhirapi.provider.shapes.content import Attachment

_LABORATORY = Always("category", "category", ("LAB",), f"{HL7}v2-0074", "Laboratory")
_INTENTS = (
    "proposal plan directive order original-order reflex-order filler-order instance-order option"
)


def _reported() -> tuple[Field, ...]:
    return (
        f.patient(),
        identifiers(),
        f.enum("status", REPORT_STATUS, "How far it is.", default="final"),
        f.concept("code", "What was examined: LOINC.", required=True),
        f.date_time("observed_at", "When what it reports was so.", "effective[x:DateTime]"),
        *f.period("observed_from", "observed_to", "the time that it reports on",
                  "effective[x:Period]"),
        f.instant("issued_at", "When it was made known.", "issued"),
        f.many(f.reference("performers", f"{STAFF} CareTeam", "Who made it.", "performer")),
        f.many(f.reference("interpreters", f"{STAFF} CareTeam", "Who read the results.",
                           "resultsInterpreter")),
        f.encounter(),
        links("result_ids", "Observation", "The results, in their order.", "result"),
        links("specimen_ids", "Specimen", "The samples that were examined.", "specimen"),
        links("order_ids", "ServiceRequest", "What ordered it.", "basedOn"),
        f.text("conclusion", "What follows from it, in words."),
        f.many(f.concept("conclusion_codes", "What follows from it.", "conclusionCode")),
        f.field("files", "presentedForm", Many(Attachment()), "The report as it was written."),
        f.many(
            f.part(
                "media",
                "Pictures that belong to it.",
                f.reference_id("media_id", "Media", "The picture.", "link", required=True),
                f.text("comment", "What it shows."),
                at="media",
            )
        ),
    )  # fmt: skip


def _filters() -> tuple[Filter | tuple[Filter, ...], ...]:
    return (
        filters.patients(),
        filters.codes("code", "code", "Of this examination."),
        filters.statuses("status", "status", "Of this status.", REPORT_STATUS),
        filters.dates("date", "date", "what it reports was so"),
        filters.dates("issued", "issued", "it was made known"),
        encounters(),
    )


REPORTS = (
    f.kind(
        "panels",
        "Laboratory panel",
        "DiagnosticReport",
        "Laboratory reports: results that were ordered and reported together.",
        *_reported(),
        other_categories(_LABORATORY),
        filters=_filters(),
        always=(_LABORATORY,),
        needs=("observed_at observed_from",),
    ),
    f.kind(
        "reports",
        "Report",
        "DiagnosticReport",
        "Every report: those of panels, and of imaging, pathology and cardiology.",
        *_reported(),
        f.many(f.concept("categories", "What kind of report it is.", "category", required=True)),
        filters=(*_filters(), filters.codes("category", "category", "Of this category.")),
        needs=("observed_at observed_from",),
    ),
    f.kind(
        "orders",
        "Order",
        "ServiceRequest",
        "Orders of examinations and procedures, and referrals.",
        f.patient(),
        identifiers(),
        f.enum("status", REQUEST_STATUS, "How far it is.", default="active"),
        f.enum("intent", _INTENTS, "How firmly it is meant.", default="order"),
        f.enum("priority", PRIORITIES, "How urgent it is."),
        f.many(f.concept("categories", "What kind of order it is.", "category")),
        f.concept("code", "What is ordered.", required=True),
        f.date_time("wanted_at", "When it is to be done.", "occurrence[x:DateTime]"),
        *f.period("wanted_from", "wanted_to", "the time in which it is to be done",
                  "occurrence[x:Period]"),
        f.date_time("ordered_at", "When it was ordered.", "authoredOn"),
        f.reference("requester", AUTHORS, "Who orders it."),
        f.many(f.reference("performers", f"{AUTHORS} CareTeam HealthcareService",
                           "Who is to do it.", "performer")),
        f.encounter(),
        *reasons(),
        links("specimen_ids", "Specimen", "The samples that are to be examined.", "specimen"),
        f.text("patient_instruction", "What the patient is to do."),
        notes(),
        filters=(
            filters.patients(),
            filters.codes("code", "code", "Of this."),
            filters.codes("category", "category", "Of this category."),
            filters.statuses("status", "status", "Of this status.", REQUEST_STATUS),
            filters.statuses("priority", "priority", "As urgent as this.", PRIORITIES),
            filters.dates("ordered", "authored", "it was ordered"),
            encounters(),
        ),
    ),
    f.kind(
        "specimens",
        "Specimen",
        "Specimen",
        "Samples that were taken.",
        f.patient(),
        identifiers(),
        f.part(
            "accession",
            "The number that the laboratory gave it.",
            f.uri("system", "URI of the list that the number is from."),
            f.text("value", "The number.", required=True),
            at="accessionIdentifier",
        ),
        f.enum("status", "available unavailable unsatisfactory entered-in-error",
               "Whether it can be examined.", default="available"),
        f.concept("type", "What it is.", required=True),
        f.date_time("received_at", "When the laboratory got it.", "receivedTime"),
        f.date_time("collected_at", "When it was taken.", "collection.collected[x:DateTime]"),
        f.reference("collector", "Practitioner PractitionerRole", "Who took it.",
                    "collection.collector"),
        f.concept("body_site", "Where in the body.", "collection.bodySite"),
        f.many(f.concept("conditions", "In what state it is.", "condition")),
        links("order_ids", "ServiceRequest", "What it was taken for.", "request"),
        notes(),
        filters=(
            filters.patients(),
            filters.codes("type", "type", "Of this type."),
            filters.dates("collected", "collected", "it was taken"),
        ),
    ),
)  # fmt: skip
