"""Plans, goals and teams of care."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import ANYTHING, AUTHORS, HL7, PEOPLE, REQUEST_STATUS, US_CORE
from fhirapi.provider.kinds.common import encounters, identifiers, links, notes
from fhirapi.provider.places import each, path
from fhirapi.provider.schema import Json
from fhirapi.provider.shapes.compound import Inside, Many
from fhirapi.provider.shapes.content import Narrative
from fhirapi.provider.shapes.links import ReferenceTo

_ASSESSMENT: Json = {
    "code": "assess-plan", "system": f"{US_CORE}careplan-category",
    "display": "Assessment and Plan of Treatment",
}  # fmt: skip
_ACTIVITY = (
    "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error"
)
_GOAL_STATUS = (
    "proposed planned accepted active on-hold completed cancelled entered-in-error rejected"
)
_ACHIEVEMENT = {
    "in-progress": "In Progress", "improving": "Improving", "worsening": "Worsening",
    "no-change": "No Change", "achieved": "Achieved", "sustaining": "Sustaining",
    "not-achieved": "Not Achieved", "no-progress": "No Progress",
    "not-attainable": "Not Attainable",
}  # fmt: skip
_TEAM_STATUS = "proposed active suspended inactive entered-in-error"
_ADDRESSED = "Condition Observation MedicationRequest ServiceRequest Procedure AllergyIntolerance"

_ORDERED = "Appointment MedicationRequest Task ServiceRequest"

CARE = (
    f.kind(
        "care_plans",
        "Care plan",
        "CarePlan",
        "What is to be done for the patient, and for which problems.",
        f.patient(),
        identifiers(),
        f.field("text", "text", Narrative(), "The plan, in words.", required=True),
        f.enum("status", REQUEST_STATUS, "Whether it holds.", default="active"),
        f.enum("intent", "proposal plan order option", "How firmly it is meant.", default="plan"),
        f.many(f.concept("categories", "What kind of plan it is.", "category",
                         default=[_ASSESSMENT])),
        f.text("title", "Its title."),
        f.text("description", "What it is about."),
        *f.period("start", "end", "the plan"),
        f.date_time("created_at", "When it was made.", "created"),
        f.reference("author", f"{AUTHORS} CareTeam", "Who answers for it."),
        f.many(f.reference("contributors", f"{AUTHORS} CareTeam", "Who worked on it.",
                           "contributor")),
        f.encounter(),
        links("care_team_ids", "CareTeam", "Who carries it out.", "careTeam"),
        links("condition_ids", "Condition", "The problems that it is for.", "addresses"),
        links("goal_ids", "Goal", "What it is to reach.", "goal"),
        f.many(
            f.part(
                "activities",
                "What is to be done.",
                f.enum("status", _ACTIVITY, "How far it is.", "detail.status", required=True),
                f.text("description", "What is to be done, in words.", "detail.description"),
                f.concept("code", "What is to be done.", "detail.code"),
                at=each("activity", {"reference": None}),
            )
        ),
        f.field("activity_records", each("activity", {"detail": None}),
                Many(Inside(path("reference"), ReferenceTo(tuple(_ORDERED.split())))),
                "The orders and tasks that are a part of it."),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", REQUEST_STATUS),
            filters.codes("category", "category", "Of this category."),
            filters.dates("date", "date", "it holds"),
            filters.ids("condition_id", "condition", "Condition", "For this problem."),
            encounters(),
        ),
    ),
    f.kind(
        "goals",
        "Goal",
        "Goal",
        "What the treatment is to reach.",
        f.patient(),
        identifiers(),
        f.enum("status", _GOAL_STATUS, "Whether it is aimed at.", "lifecycleStatus",
               default="active"),
        f.coded_enum("achievement_status", f"{HL7}goal-achievement", _ACHIEVEMENT,
                     "Whether it was reached."),
        f.many(f.concept("categories", "What kind of goal it is.", "category")),
        f.concept("priority", "How important it is."),
        f.concept("description", "The goal.", required=True),
        f.date("start_date", "From when on it is aimed at.", "start[x:Date]"),
        f.many(
            f.part(
                "targets",
                "What is to be measured, and by when.",
                f.concept("measure", "What is measured."),
                f.quantity("value", "What it is to be.", "detail[x:Quantity]"),
                f.quantity("low", "What it is to be at least.", "detail[x:Range].low"),
                f.quantity("high", "What it is to be at most.", "detail[x:Range].high"),
                f.concept("value_code", "What it is to be, as a code.",
                          "detail[x:CodeableConcept]"),
                f.text("value_text", "What it is to be, in words.", "detail[x:String]"),
                f.date("due_date", "By when.", "due[x:Date]"),
                at="target",
            )
        ),
        f.date("status_date", "Since when the status is so."),
        f.text("status_reason", "Why the status is so."),
        f.reference("expressed_by", "Patient Practitioner PractitionerRole RelatedPerson",
                    "Whose goal it is."),
        f.many(f.reference("addresses", _ADDRESSED, "What it is for.")),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "lifecycle-status", "Of this status.", _GOAL_STATUS),
            filters.statuses("achievement_status", "achievement-status", "As far as this.",
                             " ".join(_ACHIEVEMENT), f"{HL7}goal-achievement"),
            filters.codes("category", "category", "Of this category."),
            filters.dates("start", "start-date", "it began"),
            filters.dates("due", "target-date", "it is to be reached"),
        ),
    ),
    f.kind(
        "care_teams",
        "Care team",
        "CareTeam",
        "Who cares for the patient.",
        f.patient(),
        identifiers(),
        f.enum("status", _TEAM_STATUS, "Whether it is at work.", default="active"),
        f.many(f.concept("categories", "What kind of team it is.", "category")),
        f.text("name", "Its name."),
        *f.period("start", "end", "the team"),
        f.encounter(),
        f.many(
            f.part(
                "participants",
                "Its members.",
                f.many(f.concept("roles", "As what.", "role", required=True)),
                f.reference("member", f"{PEOPLE} CareTeam", "Who.", required=True),
                f.reference("on_behalf_of", "Organization", "For which practice."),
                *f.period("start", "end", "the membership"),
                at="participant",
                required=True,
            )
        ),
        f.many(f.reference("organizations", "Organization", "The practices that it belongs to.",
                           "managingOrganization")),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _TEAM_STATUS),
            filters.dates("date", "date", "it is at work"),
            filters.ids("practitioner_id", "participant", "Practitioner", "With this doctor."),
        ),
    ),
    f.kind(
        "tasks",
        "Task",
        "Task",
        "What somebody is to do for a patient.",
        f.reference_id("patient_id", "Patient", "The patient whose care it is.", "for",
                       required=True, fixed=True),
        identifiers(),
        f.enum("status", "draft requested received accepted rejected ready cancelled in-progress "
               "on-hold failed completed entered-in-error", "How far it is.",
               default="requested"),
        f.concept("status_reason", "Why it is so."),
        f.concept("business_status", "How far it is, in the words of the practice."),
        f.enum("intent", "unknown proposal plan order original-order reflex-order filler-order "
               "instance-order option", "How firmly it is meant.", default="order"),
        f.enum("priority", "routine urgent asap stat", "How urgent it is."),
        f.concept("code", "What kind of task it is."),
        f.text("description", "What is to be done."),
        f.reference("focus", ANYTHING, "The record that it is about."),
        f.encounter(),
        f.date_time("authored_at", "When it was given.", "authoredOn"),
        f.date_time("modified_at", "When somebody worked on it last.", "lastModified"),
        f.date_time("due_at", "By when it is to be done.", "restriction.period.end"),
        *f.period("started_at", "ended_at", "the work", "executionPeriod"),
        f.reference("requester", AUTHORS, "Who gave it."),
        f.reference("owner", f"{AUTHORS} CareTeam HealthcareService", "Who is to do it."),
        f.concept("reason", "Why.", "reasonCode"),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.",
                             "draft requested received accepted rejected ready cancelled "
                             "in-progress on-hold failed completed entered-in-error"),
            filters.statuses("priority", "priority", "As urgent as this.",
                             "routine urgent asap stat"),
            filters.codes("code", "code", "Of this kind."),
            filters.dates("authored", "authored-on", "it was given"),
            filters.dates("modified", "modified", "somebody worked on it last"),
            filters.ids("owner_id", "owner", "Practitioner", "Of this person."),
            filters.ids("requester_id", "requester", "Practitioner", "Given by this person."),
            encounters(),
        ),
        area="other",
    ),
)  # fmt: skip
