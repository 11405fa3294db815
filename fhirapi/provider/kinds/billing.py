"""What the practice asks insurers for, and what became of it."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import HL7, STAFF
from fhirapi.provider.kinds.common import encounters, identifiers, links, money
from fhirapi.provider.schema import Field, Json

_STATUS = "active cancelled draft entered-in-error"
_USES = "claim preauthorization predetermination"
_PROFESSIONAL: Json = {
    "code": "professional", "system": f"{HL7}claim-type", "display": "Professional",
}  # fmt: skip
_NORMAL: Json = {"code": "normal", "system": f"{HL7}processpriority", "display": "Normal"}


def _head() -> tuple[Field, ...]:
    return (
        f.patient("patient"),
        identifiers(),
        f.enum("status", _STATUS, "Whether it holds.", default="active"),
        f.concept("type", "Professional, institutional, pharmacy.", default=_PROFESSIONAL),
        f.enum("use", _USES, "A claim, or a question what would be paid.", default="claim"),
        *f.period("service_from", "service_to", "the service", "billablePeriod"),
        f.date_time("created_at", "When it was made.", "created", required=True),
    )  # fmt: skip


def _provider() -> Field:
    return f.reference("provider", STAFF, "Who asks to be paid.", required=True)


def _diagnoses() -> Field:
    return f.many(
        f.part(
            "diagnoses",
            "What was treated.",
            f.count("sequence", "Its number, which items name.", least=1, required=True),
            f.concept("code", "The diagnosis: ICD-10-CM.", "diagnosis[x:CodeableConcept]"),
            f.reference_id("condition_id", "Condition", "The diagnosis, as a record.",
                           "diagnosis[x:Reference]"),
            f.many(f.concept("types", "As what: principal, admitting.", "type")),
            at="diagnosis",
            needs=("code condition_id",),
        )
    )  # fmt: skip


def _item_parts() -> tuple[Field, ...]:
    return (
        f.count("sequence", "Its number.", least=1, required=True),
        f.concept("service", "What was done: CPT or HCPCS.", "productOrService", required=True),
        f.many(f.concept("modifiers", "Modifiers of the code.", "modifier")),
        f.date("service_date", "When it was done.", "serviced[x:Date]"),
        *f.period("service_from", "service_to", "the service", "serviced[x:Period]"),
        f.quantity("quantity", "How many."),
        money("unit_price", "The price of one."),
        money("net", "The price of all."),
        f.many(f.count("diagnosis_sequences", "For which diagnoses.", "diagnosisSequence",
                       least=1)),
        links("encounter_ids", "Encounter", "At which visits.", "encounter"),
    )  # fmt: skip


def _category() -> Field:
    return f.concept("category", "What the amount is: submitted, benefit.", required=True)


BILLING = (
    f.kind(
        "charges",
        "Charge",
        "Claim",
        "What the practice asks insurers for.",
        *_head(),
        f.reference("insurer", "Organization", "Who is asked."),
        _provider(),
        f.reference_id("facility_id", "Location", "Where it was done.", "facility"),
        f.concept("priority", "How soon it is to be handled.", default=_NORMAL),
        _diagnoses(),
        f.many(
            f.part(
                "insurance",
                "The coverages that are asked.",
                f.count("sequence", "The order of several.", least=1, required=True),
                f.boolean("focal", "Whether this one is asked now.", required=True),
                f.reference_id("coverage_id", "Coverage", "The coverage.", required=True),
                required=True,
            )
        ),
        f.many(f.part("items", "The services.", *_item_parts(), at="item")),
        money("total", "The sum."),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _STATUS),
            filters.statuses("use", "use", "For this use.", _USES),
            filters.dates("created", "created", "it was made"),
            filters.ids("insurer_id", "insurer", "Organization", "To this insurer."),
            encounters(),
        ),
        area="other",
    ),
    f.kind(
        "claims",
        "Status of a claim",
        "ExplanationOfBenefit",
        "What insurers said to charges and what they paid. Insurers write it; it is only read "
        "here.",
        *_head(),
        f.reference("insurer", "Organization", "Who says so.", required=True),
        _provider(),
        f.enum("outcome", "queued complete error partial", "How far it is.", required=True),
        f.text("disposition", "The outcome, in words."),
        f.reference_id("charge_id", "Claim", "The charge that it answers.", "claim"),
        _diagnoses(),
        f.many(
            f.part(
                "insurance",
                "The coverages that pay.",
                f.boolean("focal", "Whether this one was asked.", required=True),
                f.reference_id("coverage_id", "Coverage", "The coverage.", required=True),
                required=True,
            )
        ),
        f.many(
            f.part(
                "items",
                "What was said to each service.",
                *_item_parts(),
                f.many(
                    f.part(
                        "adjudications",
                        "The amounts.",
                        _category(),
                        f.concept("reason", "Why it is so."),
                        money("amount", "The amount."),
                        at="adjudication",
                    )
                ),
                at="item",
            )
        ),
        f.many(
            f.part(
                "totals",
                "The sums.",
                _category(),
                money("amount", "The amount.", required=True),
                at="total",
            )
        ),
        f.date("payment_date", "When it was paid.", "payment.date"),
        money("payment", "What was paid.", "payment.amount"),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _STATUS),
            filters.dates("created", "created", "it was made"),
            filters.ids("charge_id", "claim", "Claim", "To this charge."),
            filters.ids("coverage_id", "coverage", "Coverage", "Of this coverage."),
            encounters(),
        ),
        does="list read",
        area="other",
    ),
)  # fmt: skip
