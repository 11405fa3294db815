"""People who sign in: an account, its PIN, and a registration that is not an account yet."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property
from django_otp.models import Device, ThrottlingMixin, VerifyNotAllowed

from fhirapi.smart.names import name_of
from fhirapi.smart.team_roles import MANAGES, READS_RECORDS


def in_any_case(field: str, value: str) -> Exact:
    """A condition that the unique indexes on LOWER() answer; ``__iexact`` would ask for UPPER()."""
    return Exact(Lower(F(field)), Lower(Value(value)))


class Person(models.Model):
    """What the guide's registration form asks for; shared by Registration and Account."""

    first_name = models.CharField("first name", max_length=100)
    middle_name = models.CharField("middle name", max_length=100, blank=True)
    last_name = models.CharField("last name", max_length=100)
    birth_date = models.DateField("date of birth", null=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    facility = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="Ten digits, no punctuation.")
    wants_patient = models.BooleanField("patient services", default=False)
    wants_provider = models.BooleanField("provider services", default=False)

    class Meta:
        abstract = True

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Registration(Person):
    """A filled-in registration form whose email address is not confirmed yet."""

    email = models.EmailField()
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"registration {self.pk}"


class Account(Person, AbstractUser):  # type: ignore[django-manager-missing]  # devices and tokens have untyped bases
    """Somebody who signs in with username, password and PIN.

    ``wants_patient`` and ``wants_provider`` say which services were asked for. A patient sees a
    record only through a live RecordLink; a provider also needs ``provider_approved_at``.
    """

    first_name = models.CharField("first name", max_length=100)
    last_name = models.CharField("last name", max_length=100)
    provider_approved_at = models.DateTimeField(null=True, blank=True)
    birth_date = models.DateField("date of birth", null=True, blank=True)
    language = models.CharField(
        max_length=7, choices=settings.LANGUAGES, blank=True, help_text="Of pages and letters."
    )
    time_zone = models.CharField(
        max_length=40, blank=True, help_text="As tzdata names it. Empty: the practice's."
    )
    closed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owner closed it."
    )

    # How, for the audit trail, once authenticate() has found that it is this person.
    signed_in_with: str = "PIN"

    class Meta(AbstractUser.Meta):
        abstract = False
        verbose_name = "account"
        verbose_name_plural = "accounts"
        permissions = [("decide_account", "Can approve accounts and link them to records")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="one_account_an_email"
            ),
            models.UniqueConstraint(Lower("username"), name="username_in_any_letter_case"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @classmethod
    def with_username(cls, username: str) -> "QuerySet[Account]":
        """In any letter case."""
        return cls.objects.filter(in_any_case("username", username))

    @classmethod
    def with_email(cls, email: str) -> "QuerySet[Account]":
        """In any letter case. Nobody has the empty address: the index leaves those out."""
        return cls.objects.filter(in_any_case("email", email)).exclude(email="")

    @cached_property
    def team_roles(self) -> frozenset[str]:
        """In the teams of practitioners; asked once a request."""
        return frozenset(self.team_memberships.live().values_list("role", flat=True))

    def get_session_auth_hash(self) -> str:
        """What ends sessions when the password changes.

        Not by SECRET_KEY as Django's own: where processes have two of those in different order,
        each would take the other's sessions for old and give them a new key (``cycle_key``), and
        who asks for two pages at once would be signed out.
        """
        return name_of(f"session of account {self.pk} with {self.password}")

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Of sessions from before: Django's own."""
        yield super().get_session_auth_hash()
        yield from super().get_session_auth_fallback_hash()

    @property
    def is_approved_provider(self) -> bool:
        return self.wants_provider and self.provider_approved_at is not None

    @property
    def is_provider(self) -> bool:
        """Whether it works with the records of patients: approved itself, or in a team."""
        return self.is_approved_provider or bool(self.team_roles & READS_RECORDS)

    @property
    def works_for_the_practice(self) -> bool:
        """Asked to, or was asked into a team; which side of the portal is meant for it."""
        return self.wants_provider or bool(self.team_roles)

    @property
    def may_make_provider_keys(self) -> bool:
        return self.is_approved_provider or bool(self.team_roles & MANAGES)


class PinDevice(ThrottlingMixin, Device):
    """The PIN as a django-otp device: hashed, and wrong tries cost an ever longer wait."""

    FREE_TRIES = 3
    LONGEST_WAIT = 15 * 60  # seconds; longer would let a stranger shut the owner out for good

    pin_hash = models.CharField(max_length=200, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("user", name="one_pin_an_account")]

    def __str__(self) -> str:
        return f"PIN of account {self.user_id}"

    def set_pin(self, pin: str) -> None:
        self.pin_hash = make_password(pin)

    def _rehash(self, pin: str) -> None:
        """Django calls it when the right PIN was stored under outdated hashing parameters."""
        self.set_pin(pin)
        self.save(update_fields=["pin_hash"])

    def get_throttle_factor(self) -> float:
        return 1

    @property
    def wait(self) -> timedelta:
        """How long until a PIN is looked at again: 1, 2, 4 ... seconds from the third wrong one."""
        costly = self.throttling_failure_count - self.FREE_TRIES
        if costly < 0 or self.throttling_failure_timestamp is None:
            return timedelta(0)
        delay = timedelta(seconds=min(2 ** min(costly, 20), self.LONGEST_WAIT))
        ends: datetime = self.throttling_failure_timestamp + delay
        return max(ends - timezone.now(), timedelta(0))

    def verify_is_allowed(self) -> tuple[bool, dict[str, object] | None]:
        if not (wait := self.wait):
            return True, None
        return False, {
            "reason": VerifyNotAllowed.N_FAILED_ATTEMPTS,
            "failure_count": self.throttling_failure_count,
            "locked_until": timezone.now() + wait,
        }

    def verify_token(self, token: str) -> bool:
        return self.verify_pin(token)

    @transaction.atomic
    def verify_pin(
        self, pin: str, *, counts: bool = True, otherwise: Callable[[], bool] = lambda: False
    ) -> bool:
        """Whether this is the PIN, or ``otherwise`` finds that it is what stands in for it.

        ``counts`` is false where the password was wrong already: otherwise anybody who knows a
        username could make its owner wait.
        """
        device = PinDevice.objects.select_for_update().get(pk=self.pk)
        is_allowed, _ = device.verify_is_allowed()
        # Always, so that time tells nothing.
        is_right = check_password(pin, device.pin_hash, setter=device._rehash)
        if is_allowed and counts:
            is_right = is_right or otherwise()
            if is_right:
                device.throttle_reset()
            else:
                device.throttle_increment()
        return bool(is_allowed and is_right)


class Recovery(models.Model):
    """A letter that lets its owner choose a new password or PIN, once and not for long."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recoveries")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Wrong second factors.")

    class Meta:
        verbose_name_plural = "recoveries"

    def __str__(self) -> str:
        return f"recovery of account {self.account_id}"


class LetterSent(models.Model):
    """Counts letters that people caused without signing in, so that nobody floods a mailbox."""

    recipient_digest = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    sent_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index("recipient_digest", "sent_at", name="letter_by_recipient"),
            models.Index("address", "sent_at", name="letter_by_address"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class FailedSignIn(models.Model):
    """Counts tries to sign in that were wrong, of one username from one place (``lockout.py``)."""

    name_digest = models.CharField(max_length=64)
    place = models.CharField(max_length=60, help_text="A network, or a browser known to us.")
    failures = models.PositiveIntegerField(help_text="Since none came for the time of a lock-out.")
    in_all = models.PositiveIntegerField(help_text="Since none came for a day.")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("name_digest", "place", name="one_count_a_name_and_place")
        ]
        indexes = [models.Index("place", "last_at", name="failed_sign_in_by_place")]

    def __str__(self) -> str:
        return f"failed sign-ins {self.pk}"
