"""Clinical notes, whose text is in them, and documents, which are files."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import AUTHORS, STAFF, US_CORE
from fhirapi.provider.kinds.common import identifiers, other_categories
from fhirapi.provider.schema import Always, Field, Filter, Json
from fhirapi.provider.shapes.content import Attachment, BinaryId, NoteText

_STATUS = "current superseded entered-in-error"
_NOTE = Always("category", "category", ("clinical-note",),
               f"{US_CORE}us-core-documentreference-category", "Clinical Note")  # fmt: skip
_CATEGORY: Json = {"code": _NOTE.codes[0], "system": _NOTE.system, "display": _NOTE.display}
_MIME_TYPE: Json = {
    "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient",
    "system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "display": "mimeType Sufficient",
}
_AUTHENTICATED = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-authentication-time"


def _head() -> tuple[Field, ...]:
    return (
        f.patient(),
        identifiers(),
        f.enum("status", _STATUS, "Whether it holds.", default="current"),
        f.enum("doc_status", "preliminary final amended entered-in-error",
               "How far the writing is."),
        f.concept("type", "What it is: LOINC.", required=True),
        f.instant("written_at", "When it was written.", "date"),
        f.many(f.reference("authors", AUTHORS, "Who wrote it.", "author")),
        f.reference("authenticator", STAFF, "Who answers for it."),
        f.date_time("authenticated_at", "When that was.",
                    f.extension(_AUTHENTICATED, "valueDateTime")),
        f.reference("custodian", "Organization", "The practice that keeps it."),
        f.text("description", "What it is, in words."),
        f.reference_id("encounter_id", "Encounter", "The visit that it belongs to.",
                       "context.encounter[0]"),
        *f.period("start", "end", "what it tells of", "context.period"),
        f.coding("format", "The form of its content.", "content[0].format", default=_MIME_TYPE),
    )  # fmt: skip


def _filters() -> tuple[Filter | tuple[Filter, ...], ...]:
    return (
        filters.patients(),
        filters.statuses("status", "status", "Of this status.", _STATUS),
        filters.codes("type", "type", "Of this type."),
        filters.dates("written", "date", "it was written"),
        filters.ids("author_id", "author", "Practitioner", "Written by this doctor."),
        filters.ids("encounter_id", "encounter", "Encounter", "Of this visit."),
    )


DOCUMENTS = (
    f.kind(
        "notes",
        "Clinical note",
        "DocumentReference",
        "Clinical notes. A new one has its text in it; where an older one is a file, it has "
        "file_id instead.",
        *_head(),
        f.field("text", "content[0].attachment", NoteText(), "The note.", required=True),
        f.field("file_id", "content[0].attachment.url", BinaryId(),
                "The file that holds the note, if it is one.", read_only=True),
        f.text("title", "Its title.", "content[0].attachment.title"),
        f.text("content_type", "The media type of its content.",
               "content[0].attachment.contentType", read_only=True),
        f.count("size", "How many bytes it has.", "content[0].attachment.size", read_only=True),
        f.text("hash", "SHA-1 of its content in base64.", "content[0].attachment.hash",
               read_only=True),
        f.code("language", "A tag of BCP 47, such as en-US.", "content[0].attachment.language"),
        f.date_time("created_at", "When the text was made.", "content[0].attachment.creation"),
        other_categories(_NOTE),
        filters=_filters(),
        always=(_NOTE,),
    ),
    f.kind(
        "documents",
        "Document",
        "DocumentReference",
        "Every document: clinical notes, letters, advance directives, scans.",
        *_head(),
        f.field("file", "content[0].attachment", Attachment(),
                "The file: its type and title, and where its content is.", required=True),
        f.many(f.concept("categories", "What kind of document it is.", "category",
                         default=[_CATEGORY])),
        filters=(*_filters(), filters.codes("category", "category", "Of this category.")),
    ),
)  # fmt: skip
