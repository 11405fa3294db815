"""Accounts and registrations for administrators; password and PIN cannot be seen or set here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, ManyToManyField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from fhirapi.smart.models import RecordLink, TeamMember
from portal import mail
from portal.accounts import decisions, recovery
from portal.accounts.lockout import is_locked
from portal.accounts.models import Account, Registration
from portal.accounts.signin import lift_lock_out

_PERSON = (
    "first_name", "middle_name", "last_name", "birth_date", "email", "phone", "city", "state",
    "facility", "wants_patient", "wants_provider",
)  # fmt: skip
_POWER = ("is_staff", "is_superuser", "groups")


class _Choice(admin.SimpleListFilter):
    """A filter whose choices are named conditions."""

    conditions: dict[str, tuple[str, Q]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.conditions.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class ServiceFilter(_Choice):
    title = "service"
    parameter_name = "service"
    conditions = {
        "patient": ("Patient", Q(wants_patient=True)),
        "provider": ("Provider", Q(wants_provider=True)),
        "administrator": ("Administrator", Q(is_staff=True)),
    }


class ApprovalFilter(_Choice):
    title = "approval"
    parameter_name = "approval"
    conditions = {
        "waiting": (
            "Provider, waiting",
            Q(wants_provider=True, provider_approved_at=None, is_active=True, is_on_a_team=False),
        ),
        "approved": (
            "Provider, approved",
            Q(wants_provider=True, provider_approved_at__isnull=False),
        ),
    }


class LinkFilter(_Choice):
    title = "record"
    parameter_name = "record"
    conditions = {
        "linked": ("Patient, linked", Q(wants_patient=True, patient_id__gt="")),
        "waiting": (
            "Patient, not linked",
            Q(wants_patient=True, patient_id=None, is_guardian=False, is_active=True),
        ),
        "guardian": ("Guardian", Q(is_guardian=True)),
    }


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    change_form_template = "admin/account_change_form.html"
    list_display = [
        "username", "display_name", "email", "service", "standing", "last_login", "is_active",
    ]  # fmt: skip
    list_filter = [ServiceFilter, ApprovalFilter, LinkFilter, "is_active", "date_joined"]
    search_fields = ["username", "email", "first_name", "last_name"]
    search_help_text = "Username, email address or name."
    ordering = ["-date_joined"]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": ["username", "standing", "sign_in_lock", "is_active"]}),
        ("Person", {"fields": _PERSON}),
        ("Rights", {"fields": _POWER}),
        ("Times", {"fields": ["date_joined", "last_login", "provider_approved_at"]}),
    ]
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    readonly_fields = (
        "username", "standing", "sign_in_lock", "date_joined", "last_login",
        "provider_approved_at",
    )  # fmt: skip
    actions = [
        "approve", "link", "withdraw", "unlink", "send_recovery_letter", "lift_sign_in_lock",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        def linked(resource_type: str) -> Subquery:
            live = RecordLink.objects.filter(
                account=OuterRef("pk"), resource_type=resource_type, revoked_at=None
            )
            return Subquery(live.values("resource_id")[:1])

        guardian_of = RecordLink.objects.filter(
            account=OuterRef("pk"), resource_type=RecordLink.Kind.RELATED_PERSON, revoked_at=None
        )
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                patient_id=linked("Patient"),
                practitioner_id=linked("Practitioner"),
                is_guardian=Exists(guardian_of),
                is_on_a_team=Exists(TeamMember.objects.live().filter(account=OuterRef("pk"))),
                may_open=Value(request.user.has_perm("fhirapi.view_content")),
            )
        )
        return rows

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:account_id>/{decision.value}/",
                self.admin_site.admin_view(decisions.view_of(decision, self)),
                name=f"portal_account_{decision.value}",
            )
            for decision in decisions.Decision
        ]
        return [*own, *super().get_urls()]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        # Nobody gives rights, to themselves or to others, who does not have all of them.
        if getattr(request.user, "is_superuser", False):
            return self.readonly_fields
        return (*self.readonly_fields, *_POWER)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # an account comes from a confirmed registration, with a PIN

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # switched off by "active"; the trail goes on naming it

    def has_decide_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not about oneself: who may link accounts to records must not pick a record to read."""
        user = request.user
        is_about_others = obj is None or obj.pk != user.pk or getattr(user, "is_superuser", False)
        return is_about_others and user.has_perm("portal.decide_account")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        may_decide = account is not None and self.has_decide_permission(request, account)
        possible = decisions.possible(account) if account and may_decide else []
        may_guard = account is not None and account.is_active and may_decide
        context = {"decisions": possible, "may_guard": may_guard, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="service")
    def service(self, account: Account) -> str:
        names = {
            "Patient": account.wants_patient,
            "Provider": account.wants_provider,
            "Administrator": account.is_staff,
        }
        return ", ".join(name for name, is_so in names.items() if is_so)

    @admin.display(description="standing")
    def standing(self, account: Account) -> str:
        said = ["Guardian"] if account.is_guardian else []  # type: ignore[attr-defined]  # the queryset adds it
        if account.wants_patient and (account.patient_id or not said):  # type: ignore[attr-defined]  # likewise
            said.append(_linked("Patient", account.patient_id, account.may_open))  # type: ignore[attr-defined]  # the queryset adds them
        if account.is_approved_provider:
            said.append(_linked("Practitioner", account.practitioner_id, account.may_open))  # type: ignore[attr-defined]  # likewise
        elif account.is_on_a_team:  # type: ignore[attr-defined]  # likewise
            said.append("On a team")
        elif account.wants_provider:
            said.append("Waiting for approval")
        return format_html_join(", ", "{}", ((each,) for each in said)) or "-"

    @admin.display(description="sign-in lock")
    def sign_in_lock(self, account: Account) -> str:
        return "Locked after too many tries" if is_locked(account) else "Not locked"

    @admin.action(description="Approve the provider…", permissions=["decide"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        return self._decide(request, chosen, decisions.Decision.APPROVE)

    @admin.action(description="Link to a patient's record…", permissions=["decide"])
    def link(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        return self._decide(request, chosen, decisions.Decision.LINK)

    @admin.action(description="Withdraw the provider's approval…", permissions=["decide"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        return self._decide(request, chosen, decisions.Decision.WITHDRAW)

    @admin.action(description="Unlink from the patient's record…", permissions=["decide"])
    def unlink(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        return self._decide(request, chosen, decisions.Decision.UNLINK)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[Account], decision: decisions.Decision
    ) -> HttpResponse | None:
        accounts = list(chosen[:2])
        if len(accounts) != 1:
            messages.error(request, "Choose one account: this is decided person by person.")
            return None
        return redirect(f"admin:portal_account_{decision.value}", accounts[0].pk)

    @admin.action(description="Send the letter for a new password or PIN", permissions=["decide"])
    def send_recovery_letter(self, request: HttpRequest, chosen: QuerySet[Account]) -> None:
        sent = 0
        for account in chosen.filter(is_active=True).exclude(email=""):
            try:
                recovery.send_letter(account)
            except mail.LetterNotSent:
                messages.error(request, "The mail server did not take the letter.")
                break
            self.log_change(request, account, "Recovery letter sent")
            sent += 1
        messages.success(request, f"Letters sent: {sent}.")

    @admin.action(description="Lift the sign-in lock", permissions=["decide"])
    def lift_sign_in_lock(self, request: HttpRequest, chosen: QuerySet[Account]) -> None:
        for account in chosen:
            lift_lock_out(account)
            self.log_change(request, account, "Sign-in lock lifted")
        messages.success(request, "The chosen accounts can sign in again.")


def _linked(resource_type: str, resource_id: str | None, may_open: bool) -> str:
    if resource_id is None:
        return "Not linked to a record"
    if not may_open:
        return f"{resource_type}/{resource_id}"
    return format_html(
        '<a href="{}?q={}">{}</a>',
        reverse("admin:fhirapi_content_changelist"),
        f"{resource_type}/{resource_id}",
        f"{resource_type}/{resource_id}",
    )


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Filled-in forms; each becomes an account only through the letter."""

    list_display = ["display_name", "email", "created_at", "confirmed_at"]
    list_filter = [
        ("confirmed_at", admin.EmptyFieldListFilter), "wants_patient", "wants_provider",
        "created_at",
    ]  # fmt: skip
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["-created_at"]
    fields = [*_PERSON, "created_at", "confirmed_at"]
    readonly_fields = ["created_at", "confirmed_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
