"""What waits for somebody of the practice, oldest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.http import HttpRequest

from fhirapi.smart.clients import review
from fhirapi.smart.models import Client, DataAccessGrant, RecordLink, TeamMember
from portal.accounts.models import Account
from portal.operations import partner_review
from portal.operations.models import Declined
from portal.partners.telling import REVIEWS


@dataclass(frozen=True)
class Queue:
    name: str
    """In its address."""
    title: str
    right: str
    rows: Callable[[], QuerySet[Any]]
    since: str
    """The field that says since when a row waits."""


@dataclass(frozen=True)
class Waiting:
    queue: Queue
    amount: int
    oldest: datetime | None


def providers() -> QuerySet[Account]:
    """Not those who work in a team: its practitioner let them in, and nobody approves it."""
    found = Account.objects.filter(wants_provider=True, provider_approved_at=None, is_active=True)
    found = found.exclude(Exists(TeamMember.objects.live().filter(account=OuterRef("pk"))))
    return _not_declined(found, Declined.Service.PROVIDER).order_by("date_joined", "pk")


def identities() -> QuerySet[Account]:
    """Patients without a record of their own; a guardian waits for none."""
    live = RecordLink.objects.filter(
        account=OuterRef("pk"), resource_type__in=["Patient", "RelatedPerson"], revoked_at=None
    )
    found = Account.objects.filter(~Exists(live), wants_patient=True, is_active=True)
    return _not_declined(found, Declined.Service.PATIENT).order_by("date_joined", "pk")


def services() -> QuerySet[Client]:
    live = DataAccessGrant.objects.filter(client=OuterRef("pk"), revoked_at=None)
    found: QuerySet[Client] = Client.objects.filter(
        ~Exists(live), kind=Client.Kind.BACKEND, disabled_at=None
    )
    return found.select_related("user").order_by("created", "pk")


QUEUES = (
    Queue("providers", "Providers to approve", "portal.decide_account", providers, "date_joined"),
    Queue("identities", "Identities to match", "portal.decide_account", identities, "date_joined"),
    Queue("apps", "Apps to review", "portal.review_app", review.waiting, "review_asked_at"),
    Queue("services", "Backend services to approve", "portal.approve_service", services, "created"),
    Queue("partner-applications", "Partner applications", REVIEWS,
          partner_review.waiting, "submitted_at"),
)  # fmt: skip


def named(name: str) -> Queue | None:
    return next((each for each in QUEUES if each.name == name), None)


def waiting(request: HttpRequest) -> list[Waiting]:
    """Of the queues that whoever asks may open."""
    return [_waiting(each) for each in QUEUES if request.user.has_perm(each.right)]


def _waiting(queue: Queue) -> Waiting:
    found = queue.rows().order_by().aggregate(amount=Count("pk"), oldest=Min(queue.since))
    return Waiting(queue, found["amount"], found["oldest"])


def _not_declined(accounts: QuerySet[Account], service: str) -> QuerySet[Account]:
    declined = Declined.objects.filter(account=OuterRef("pk"), service=service)
    return accounts.filter(~Exists(declined))
