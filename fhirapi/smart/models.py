"""Who may do what: apps, access keys, tokens, and the links that make a record somebody's own.

``RecordLink`` says which record an account stands for, ``DataAccessGrant`` which of the patients
it may see it has opened to whom, and tokens point to a grant. A token therefore never opens more
than its grant names *and* its account may still see at that moment.
"""

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from fhirapi.sql import fetch


class Client(AbstractApplication):
    """An OAuth client. An access key has one too: its AccessKeyID is the client_id."""

    class Kind(models.TextChoices):
        """How it shows who it is. SMART App Launch 2.2, sections 2.0.3 and 5"""

        PUBLIC = "public", "Public: runs where no secret can be kept (phone, browser)"
        SYMMETRIC = "confidential-symmetric", "Confidential, with a client secret"
        ASYMMETRIC = "confidential-asymmetric", "Confidential, with a key pair"
        BACKEND = "backend-service", "Backend service: no person takes part"
        ACCESS_KEY = "access-key", "Access key of an account"

    class Review(models.TextChoices):
        """Whether somebody of ours has looked at the app."""

        NOT_ASKED = "not-asked", "Not reviewed"
        WAITING = "waiting", "Waiting for review"
        APPROVED = "approved", "Reviewed"
        DECLINED = "declined", "Declined"

    kind = models.CharField(max_length=30, choices=Kind, default=Kind.ACCESS_KEY)
    description = models.TextField(blank=True, help_text="What people read on the consent page.")
    jwks = models.JSONField(null=True, blank=True, help_text="Public keys, by value (RFC 7517).")
    jwks_uri = models.URLField(blank=True)
    allowed_scopes = models.TextField(blank=True, help_text="Scopes the app may ask for.")
    launch_uri = models.URLField(blank=True, help_text="Where an EHR launch opens the app.")
    client_uri = models.URLField(blank=True)
    logo_uri = models.URLField(blank=True)
    policy_uri = models.URLField(blank=True)
    tos_uri = models.URLField(blank=True)
    contacts = ArrayField(models.EmailField(), default=list, blank=True)
    privacy_attested_at = models.DateTimeField(
        null=True, blank=True, help_text="When its developer answered the privacy questions."
    )
    privacy_answers = models.JSONField(
        default=dict, blank=True, help_text="By the names of privacy.QUESTIONS."
    )
    review = models.CharField(max_length=12, choices=Review, default=Review.NOT_ASKED)
    review_asked_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_note = models.TextField(blank=True, help_text="What the reviewer tells the developer.")
    may_introspect = models.BooleanField(
        default=False, help_text="May look into tokens of other clients, as a resource server does."
    )
    requests_a_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: as REQUESTS_A_MINUTE says. 0: any number."
    )
    token_endpoint_auth_method = models.CharField(
        max_length=30, blank=True, help_text="As the app registered itself; its kind decides."
    )
    registration_token_digest = models.CharField(max_length=64, blank=True, editable=False)
    provider_access_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when the partner may write, and use the Provider Access API; none: never.",
    )
    provider_access_ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was withdrawn, if it was."
    )
    provider_access_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    provider_access_note = models.TextField(
        blank=True,
        db_default="",
        help_text="Why, as the developer was told: of the last decision.",
    )
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(AbstractApplication.Meta):
        abstract = False
        indexes = [
            models.Index(
                "client_id", condition=Q(requests_a_minute__isnull=False), name="client_own_rate"
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.client_id)

    @property
    def may_write(self) -> bool:
        """Whether its partner is approved for Provider Access; ``store/writer.py`` asks too."""
        return self.provider_access_at is not None

    @property
    def is_self_registered(self) -> bool:
        return bool(self.registration_source == self.RegistrationSource.DCR)

    def is_usable(self, request: object) -> bool:
        """The toolkit's seam: asked wherever it looks an app up."""
        return self.disabled_at is None

    def get_allowed_schemes(self) -> list[str]:
        """The toolkit's seam: where a redirect may lead; a phone app has a scheme of its own."""
        return sorted({urlsplit(uri).scheme for uri in self.redirect_uris.split()})


class ClientSecret(models.Model):
    """A secret of an app. Several may live at once, so that one is exchanged without a break."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=64, editable=False)
    hint = models.CharField(max_length=8, help_text="Its last characters, to tell secrets apart.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"secret ...{self.hint} of client {self.client_id}"


class SpentAssertion(models.Model):
    """A signed assertion that was used: its jti is not taken again. RFC 7523 section 3"""

    digest = models.CharField(max_length=64, primary_key=True, help_text="Of client and jti.")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"assertion {self.digest[:8]}"


class RecordLink(models.Model):
    """Joins an account to the FHIR resource that is the same person."""

    class Method(models.TextChoices):
        MATCHED = "matched", "Identity matched"
        ADMINISTRATOR = "administrator", "Linked by an administrator"
        DEMO = "demo", "Made by the demo"
        TEAM = "team", "Joined a team"

    class Kind(models.TextChoices):
        PATIENT = "Patient"
        PRACTITIONER = "Practitioner"
        RELATED_PERSON = "RelatedPerson"
        """A parent's account, for instance: it sees the record that the resource is part of."""
        ORGANIZATION = "Organization"
        """The practice itself: an account of a backend service, which sees every record."""
        STAFF = "Staff"
        """Works for the Practitioner with this id, and is not that person: ``people/team.py``."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="record_links"
    )
    resource_type = models.CharField(max_length=20, choices=Kind)
    resource_id = models.TextField()
    method = models.CharField(max_length=20, choices=Method)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account",
                "resource_type",
                condition=Q(revoked_at__isnull=True)
                & ~Q(resource_type__in=["RelatedPerson", "Staff"]),
                name="one_live_link_of_a_kind",
                violation_error_message="This account already has a live link of this kind.",
            ),
            models.UniqueConstraint(
                "account",
                "resource_type",
                "resource_id",
                condition=Q(revoked_at__isnull=True),
                name="one_live_link_to_a_resource",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} is {self.resource_type}/{self.resource_id}"


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def standing(self) -> "TeamMemberQuerySet":
        """A team ends with the link that it hangs on (``links.unlink``)."""
        return self.filter(ended_at=None, lead__revoked_at=None)

    def live(self) -> "TeamMemberQuerySet":
        """It rests while the account of its lead is switched off."""
        return self.standing().filter(lead__account__is_active=True)


class TeamMember(models.Model):
    """An account that works for a practitioner: ``lead`` is the link of the one who leads it."""

    class Role(models.TextChoices):
        """What each adds to the one before; ``people/team.py`` says who may do what."""

        FRONT_DESK = "front-desk", _("Front desk")
        CLINICAL = "clinical", _("Clinical")
        MANAGER = "manager", _("Manager")

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships"
    )
    lead = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="team")
    role = models.CharField(max_length=12, choices=Role)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", "lead", condition=Q(ended_at__isnull=True), name="once_in_a_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in the team of link {self.lead_id}"


class DataAccessGrant(models.Model):  # type: ignore[django-manager-missing]  # the tokens have untyped bases
    """What an account has opened, to an app or through an access key.

    ``context`` is what a launch told the app: ``patient``, ``encounter``, ``fhirContext``,
    ``intent``, ``need_patient_banner``, as in SMART's token response. Scopes that begin with
    ``patient/`` reach its ``patient`` only.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_access_grants"
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="data_access_grants")
    patient_ids = ArrayField(
        models.TextField(),
        null=True,
        blank=True,
        help_text="None: everybody whom the account may see at the time.",
    )
    group_id = models.TextField(
        null=True, blank=True, help_text="The list (FHIR Group) that patient_ids follows."
    )
    scope = models.TextField()
    context = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(
        null=True, editable=False, help_text="When tokens were last issued on it."
    )

    class Meta:
        indexes = [
            models.Index("group_id", condition=Q(group_id__isnull=False), name="grant_by_list"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk} of account {self.account_id}"


class AccessKey(models.Model):
    """An AccessKeyID and SecretAccessKey that the account itself made under Manage API.

    The secret is kept twice: encrypted, because the portal shows it again to its owner, and as a
    keyed digest, by which a token request is verified without decrypting anything.
    """

    data_access_grant = models.OneToOneField(
        DataAccessGrant, on_delete=models.CASCADE, related_name="access_key"
    )
    access_key_id = models.CharField(max_length=16, unique=True, editable=False)
    label = models.CharField(max_length=60, blank=True)
    secret_encrypted = models.TextField(editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    previous_secret_digest = models.CharField(max_length=64, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="The last day on which the key works.")
    is_active = models.BooleanField(default=True)
    may_write = models.BooleanField(
        default=False, help_text="A provider's key only: opens the Provider Access API, to change."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=models.F("valid_from")), name="key_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.access_key_id

    @property
    def patient_ids(self) -> list[str]:
        """A key always names its patients."""
        return self.data_access_grant.patient_ids or []


class LaunchContext(models.Model):
    """What an app opened from a patient's page asks for by its opaque ``launch``, once, and soon.

    https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="launch_contexts"
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="launch_contexts")
    context = models.JSONField(help_text="As DataAccessGrant.context.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"launch {self.pk} of account {self.account_id}"


class AuthorizationCode(AbstractGrant):
    """The code of RFC 6749 4.1.2, bound to the grant the person approved.

    It stays until it expires: whoever shows it again ends what it was exchanged for.
    """

    data_access_grant = models.ForeignKey(DataAccessGrant, null=True, on_delete=models.CASCADE)
    token_family = models.UUIDField(null=True, editable=False, help_text="Once it is exchanged.")
    access_token = models.ForeignKey(
        "AccessToken", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    signed_in_at = models.BigIntegerField(
        null=True, editable=False, help_text="Of the session that approved: seconds since 1970."
    )


class AccessToken(AbstractAccessToken):
    data_access_grant = models.ForeignKey(
        DataAccessGrant, null=True, on_delete=models.CASCADE, related_name="access_tokens"
    )


class RefreshToken(AbstractRefreshToken):
    data_access_grant = models.ForeignKey(
        DataAccessGrant, null=True, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    # RFC 6749 section 6: of all tokens of the family, whatever a refresh asked less.
    scope = models.TextField(blank=True, db_default="")

    class Meta(AbstractRefreshToken.Meta):
        abstract = False

    @classmethod
    def revoke_family(cls, token_family: uuid.UUID | None) -> None:
        """The toolkit's seam: somebody has shown a code or refresh token that was used before."""
        rows = cls.objects.filter(token_family=token_family, revoked=None)
        ended = set(rows.values_list("application_id", "data_access_grant_id"))
        super().revoke_family(token_family)
        for client_id, grant_id in ended:
            fetch("SELECT fhirapi_queue_webhook(%s, %s, 'token-reused')", [client_id, grant_id])


class IDToken(AbstractIDToken):
    pass
