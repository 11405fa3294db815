"""Messages between the practice and the patient."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import ANYTHING, AUTHORS, EVENT_STATUS, PRIORITIES
from fhirapi.provider.kinds.common import encounters, identifiers, notes, reasons

_RECIPIENTS = f"{AUTHORS} Group CareTeam HealthcareService"

MESSAGES = (
    f.kind(
        "messages",
        "Message",
        "Communication",
        "Messages about the patient's care.",
        f.patient(),
        identifiers(),
        f.enum("status", EVENT_STATUS, "How far it is.", default="completed"),
        f.concept("status_reason", "Why it is so."),
        f.many(f.concept("categories", "What kind of message it is.", "category")),
        f.enum("priority", PRIORITIES, "How urgent it is."),
        f.many(f.concept("media", "How it was sent.", "medium")),
        f.concept("topic", "What it is about."),
        f.encounter(),
        f.date_time("sent_at", "When it was sent.", "sent"),
        f.date_time("received_at", "When it arrived.", "received"),
        f.reference("sender", f"{AUTHORS} HealthcareService", "Who sent it."),
        f.many(f.reference("recipients", _RECIPIENTS, "Who is to read it.", "recipient")),
        f.many(f.reference("about", ANYTHING, "The records that it is about.")),
        f.many(f.reference("in_response_to", "Communication", "What it answers.",
                           "inResponseTo")),
        f.text("text", "The message.", "payload[0].content[x:String]", required=True),
        *reasons(),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", EVENT_STATUS),
            filters.codes("category", "category", "Of this category."),
            filters.dates("sent", "sent", "it was sent"),
            filters.dates("received", "received", "it arrived"),
            filters.ids("sender_id", "sender", "Practitioner", "Sent by this person."),
            filters.ids("recipient_id", "recipient", "Practitioner", "Sent to this person."),
            encounters(),
        ),
        area="other",
    ),
)  # fmt: skip
