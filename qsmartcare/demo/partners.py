"""The demo's partners: one that is approved and owns the partner apps, one whose application waits.

Nothing is put right that somebody has tried out: whoever has an application keeps it as it is.
"""

from portal.accounts.models import Account
from portal.partners import steps, talking, terms
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program

_CARTER = {
    "organization": "Carter Clinical Software LLC",
    "register": "Wisconsin Department of Financial Institutions, C012345",
    "website": "https://carter-clinical.example.com",
    "address": "12 Lake Street\nMadison, WI 53703",
    "contact_name": "Emily Carter",
    "contact_email": "partners@carter-clinical.example.com",
    "contact_phone": "(608) 555-0112",
    "security_email": "security@carter-clinical.example.com",
    "product_name": "Carter Rounds",
    "product_description": "A list for rounds: what was measured, what was ordered, what is open.",
    "privacy_policy": "https://carter-clinical.example.com/privacy",
    "data_read": "Patients, encounters, conditions, laboratory results, medications.",
    "data_written": "Observations and conditions that a provider enters during rounds.",
    "purpose": "So that a provider writes down once what is then in the record.",
    "hosting": "In two data centers in the United States.",
}
_WRIGHT = {
    "organization": "Wright Wellness Apps Inc.",
    "register": "Delaware Division of Corporations, 7654321",
    "website": "https://wright-wellness.example.com",
    "address": "400 Market Street\nWilmington, DE 19801",
    "contact_name": "John Wright",
    "contact_email": "john@wright-wellness.example.com",
    "contact_phone": "(302) 555-0145",
    "security_email": "security@wright-wellness.example.com",
    "product_name": "Pulse Diary",
    "product_description": "Draws pulse and blood pressure over the years, for patients.",
    "privacy_policy": "https://wright-wellness.example.com/privacy",
    "data_read": "Vital signs and laboratory results of the patient who signs in.",
    "purpose": "To show people their own values in one picture.",
    "hosting": "On the person's own device.",
}
_QUESTION = "Good morning, may one application stand for our iOS and our Android app?"


def ensure_partners(partner: Account, applicant: Account, reviewer: Account) -> None:
    if (made := _submitted(partner, Program.API_DISTRIBUTION, _CARTER)) is not None:
        steps.begin_check(made, by=reviewer)
        steps.verify(made, by=reviewer)
        steps.approve(made, by=reviewer, note="Made by the demo.")
    if (made := _submitted(applicant, Program.OPEN_ACCESS, _WRIGHT)) is not None:
        talking.say(made, _QUESTION, by=applicant)


def _submitted(
    account: Account, program: Program, details: dict[str, str]
) -> PartnerApplication | None:
    """None: the account has made one in this program, whatever became of it."""
    if account.partner_applications.filter(program=program).exists():
        return None
    made = PartnerApplication.objects.create(account=account, program=program, **details)
    steps.submit(made, terms.current(), language="en", by=account)
    return made
