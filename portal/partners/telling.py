"""Letters to the reviewers: that an applicant has done something that waits for them.

They go on the queue within the transaction of what they tell of, so that nobody who applies waits
for a mail server. To applicants the views write themselves (``mail.tell_partner``).
"""

from django.db.models import QuerySet

from fhirapi.bulk.queue import put_all
from portal.accounts.models import Account
from portal.partners.models import PartnerApplication

REVIEWS = "portal.approve_service"
"""The right to decide about applications."""
_ASKED = "portal.accounts.signin.PasswordAndPinBackend"  # with_perm needs one that knows groups


def reviewers(application: PartnerApplication) -> QuerySet[Account]:
    """Who may decide about it, and can be written to."""
    found: QuerySet[Account] = Account.objects.with_perm(REVIEWS, backend=_ASKED)
    return found.filter(is_staff=True).exclude(email="").exclude(pk=application.account_id)


def tell_reviewers(application: PartnerApplication, what: str) -> None:
    """``what``: ``submitted``, ``changed`` or ``message``."""
    ids = reviewers(application).order_by("pk").values_list("pk", flat=True)
    put_all(
        "tell_reviewer",
        [{"account_id": each, "application_id": application.pk, "what": what} for each in ids],
    )
