"""What the record is made of: a row a section. Types that stand nowhere here are not shown.

Paths are those of ``searchparams/paths.py``; data types become words in ``words.py``.
"""

from django.utils.translation import gettext_lazy as _

from portal.record import results
from portal.record.schema import Codes, Column, Section

_OPEN = ("active", "on-hold", "draft", "unknown")
_RESULT_COLUMNS = (
    Column(_("Result"), reads=results.result),
    Column(_("Usual range"), reads=results.usual),
    Column(_("Performed by"), ("performer",)),
)

MAIN = (
    Section(
        "problems", _("Problems"), ("Condition",), ("code",),
        ("onset[x]", "recordedDate"), _("Since"),
        (Column(_("Ended"), ("abatement[x]",)), Column(_("Severity"), ("severity",)),
         Column(_("Kind"), ("category",)), Column(_("Recorded by"), ("recorder", "asserter"))),
        state=("clinicalStatus", "verificationStatus"),
        current=Codes("clinical-status", ("active", "recurrence", "relapse")),
        status="verification-status", is_main=True,
    ),
    Section(
        "medications", _("Medications"), ("MedicationRequest",), ("medication[x]",),
        ("authoredOn",), _("Prescribed"),
        (Column(_("How to take it"), ("dosageInstruction.text",)),
         Column(_("For"), ("reasonCode",)), Column(_("Prescribed by"), ("requester",))),
        current=Codes("status", _OPEN), is_main=True,
    ),
    Section(
        "allergies", _("Allergies"), ("AllergyIntolerance",), ("code",),
        ("onset[x]", "recordedDate"), _("Since"),
        (Column(_("Reaction"), ("reaction.manifestation",)),
         Column(_("Severity"), ("reaction.severity",)),
         Column(_("Risk"), ("criticality",)), Column(_("Kind"), ("category",))),
        state=("clinicalStatus", "verificationStatus"),
        current=Codes("clinical-status", ("active",)),
        status="verification-status", is_main=True,
    ),
    Section(
        "labs", _("Labs"), ("Observation",), ("code",), ("effective[x]", "issued"), _("Date"),
        _RESULT_COLUMNS, only=Codes("category", ("laboratory",)), is_main=True, has_series=True,
    ),
    Section(
        "vitals", _("Vitals"), ("Observation",), ("code",), ("effective[x]", "issued"), _("Date"),
        _RESULT_COLUMNS, only=Codes("category", ("vital-signs",)), is_main=True, has_series=True,
    ),
    Section(
        "visits", _("Visits"), ("Encounter",), ("type", "class"), ("period",), _("Date"),
        (Column(_("Reason"), ("reasonCode", "reasonReference")),
         Column(_("Seen by"), ("participant.individual",)),
         Column(_("Where"), ("location.location", "serviceProvider"))),
        is_main=True,
    ),
    Section(
        "documents", _("Documents"), ("DocumentReference",), ("type", "description"),
        ("date", "context.period"), _("Date"),
        (Column(_("Title"), ("content.attachment.title", "description")),
         Column(_("Written by"), ("author",))),
        state=("docStatus", "status"), is_main=True, has_files=True,
    ),
    Section(
        "immunizations", _("Immunizations"), ("Immunization",), ("vaccineCode",),
        ("occurrence[x]",), _("Given"),
        (Column(_("Dose"), ("protocolApplied.doseNumber[x]",)), Column(_("Site"), ("site",)),
         Column(_("Lot"), ("lotNumber",)), Column(_("Why not given"), ("statusReason",)),
         Column(_("Given by"), ("performer.actor",))),
        is_main=True,
    ),
    Section(
        "procedures", _("Procedures"), ("Procedure",), ("code",), ("performed[x]",), _("Date"),
        (Column(_("Reason"), ("reasonCode", "reasonReference")),
         Column(_("Performed by"), ("performer.actor",))),
        is_main=True,
    ),
)  # fmt: skip

MORE = (
    Section(
        "reports", _("Reports"), ("DiagnosticReport",), ("code",), ("effective[x]", "issued"),
        _("Date"),
        (Column(_("Conclusion"), ("conclusion", "conclusionCode")),
         Column(_("Kind"), ("category",)), Column(_("By"), ("performer",))),
        has_files=True,
    ),
    Section(
        "observations", _("Lifestyle, screenings and other findings"), ("Observation",), ("code",),
        ("effective[x]", "issued"), _("Date"), _RESULT_COLUMNS,
        never=Codes("category", ("laboratory", "vital-signs")),
    ),
    Section(
        "questionnaires", _("Questionnaires"), ("QuestionnaireResponse",),
        ("item.text",), ("authored",), _("Date"),
        (Column(_("Answers"), reads=results.answers),
         Column(_("Filled in by"), ("author", "source"))),
    ),
    Section(
        "care-plans", _("Care plans"), ("CarePlan",), ("title", "category"), ("period", "created"),
        _("Since"),
        (Column(_("Steps"), ("activity.detail.description",)),
         Column(_("Written by"), ("author",))),
        current=Codes("status", _OPEN),
    ),
    Section(
        "goals", _("Goals"), ("Goal",), ("description",), ("start[x]",), _("Since"),
        (Column(_("Until"), ("target.due[x]",)), Column(_("Reached"), ("achievementStatus",)),
         Column(_("Set by"), ("expressedBy",))),
        state=("lifecycleStatus",), status="lifecycle-status",
    ),
    Section(
        "care-team", _("Care team"), ("CareTeam",), ("name", "category"), ("period",), _("Since"),
        (Column(_("Members"), ("participant.member",)), Column(_("Roles"), ("participant.role",)),
         Column(_("Practice"), ("managingOrganization",))),
    ),
    Section(
        "orders", _("Orders and referrals"), ("ServiceRequest",), ("code",), ("authoredOn",),
        _("Ordered"),
        (Column(_("For"), ("reasonCode",)), Column(_("Ordered by"), ("requester",))),
    ),
    Section(
        "dispenses", _("Medicines handed out"), ("MedicationDispense",), ("medication[x]",),
        ("whenHandedOver",), _("Date"),
        (Column(_("Amount"), ("quantity",)),
         Column(_("How to take it"), ("dosageInstruction.text",)),
         Column(_("By"), ("performer.actor",))),
    ),
    Section(
        "devices", _("Implants and devices"), ("Device",), ("type", "deviceName.name"),
        ("manufactureDate",), _("Made"),
        (Column(_("Model"), ("deviceName.name",)), Column(_("Maker"), ("manufacturer",)),
         Column(_("Serial number"), ("serialNumber",))),
    ),
    Section(
        "specimens", _("Samples"), ("Specimen",), ("type",), ("collection.collected[x]",),
        _("Taken"),
        (Column(_("From"), ("collection.bodySite",)),
         Column(_("Taken by"), ("collection.collector",))),
    ),
    Section(
        "pictures", _("Pictures and traces"), ("Media",), ("content.title", "modality", "type"),
        ("created[x]", "issued"), _("Date"), (Column(_("By"), ("operator",)),), has_files=True,
    ),
    Section(
        "appointments", _("Appointments"), ("Appointment",),
        ("serviceType", "appointmentType", "description"), ("start",), _("Date"),
        (Column(_("Reason"), ("reasonCode",)), Column(_("With"), ("participant.actor",))),
    ),
    Section(
        "messages", _("Messages"), ("Communication",), ("topic", "category"), ("sent",), _("Sent"),
        (Column(_("Text"), ("payload.contentString",)), Column(_("From"), ("sender",))),
    ),
    Section(
        "tasks", _("Tasks"), ("Task",), ("description", "code"), ("authoredOn",), _("Date"),
        (Column(_("For whom"), ("owner",)), Column(_("Asked by"), ("requester",))),
    ),
    Section(
        "lists", _("Lists"), ("List",), ("title", "code"), ("date",), _("Date"),
        (Column(_("Written by"), ("source",)),),
    ),
    Section(
        "consents", _("What was agreed to"), ("Consent",), ("scope",), ("dateTime",), _("Date"),
        (Column(_("Kind"), ("category",)), Column(_("Practice"), ("organization",))),
    ),
    Section(
        "coverage", _("Insurance"), ("Coverage",), ("payor", "type"), ("period",), _("Valid"),
        (Column(_("Plan"), ("type",)), Column(_("Member ID"), ("subscriberId",)),
         Column(_("Relationship"), ("relationship",))),
        current=Codes("status", ("active",)),
    ),
    Section(
        "claims", _("Claims"), ("Claim",), ("type",), ("billablePeriod", "created"), _("Date"),
        (Column(_("Insurer"), ("insurer",)), Column(_("Total"), ("total",))),
    ),
    Section(
        "payments", _("What insurers paid"), ("ExplanationOfBenefit",), ("type",),
        ("billablePeriod", "created"), _("Date"),
        (Column(_("Insurer"), ("insurer",)), Column(_("Paid"), ("payment.amount",)),
         Column(_("Remark"), ("disposition",))),
    ),
    Section(
        "related", _("Related people"), ("RelatedPerson",), ("name",), ("period",), _("Since"),
        (Column(_("Relationship"), ("relationship",)), Column(_("Contact"), ("telecom.value",))),
        state=(),
    ),
    Section(
        "details", _("Personal details"), ("Patient",), ("name",), ("birthDate",), _("Born"),
        (Column(_("Sex"), ("gender",)), Column(_("Address"), ("address",)),
         Column(_("Contact"), ("telecom.value",)),
         Column(_("Language"), ("communication.language",)),
         Column(_("Marital status"), ("maritalStatus",)),
         Column(_("General practitioner"), ("generalPractitioner",)),
         Column(_("Practice"), ("managingOrganization",))),
        state=(),
    ),
)  # fmt: skip

SECTIONS = (*MAIN, *MORE)
NOT_SHOWN = ("Binary", "Provenance")
"""Files come with the document they belong to; who recorded what is for programs."""


def find(slug: str) -> Section | None:
    return next((each for each in SECTIONS if each.slug == slug), None)
