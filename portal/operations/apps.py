"""The review of an app: what people will see, and the decision beside it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients, privacy, review
from fhirapi.smart.models import Client
from portal import mail
from portal.accounts.access import AccountRequest
from portal.consent.rows import boxes
from portal.operations.page import needs, show

_RIGHT = "portal.review_app"


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(
        choices=[("approve", "Approve"), ("decline", "Decline")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to approve or to decline."},
    )
    note = forms.CharField(
        label="To the developer",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Goes into the letter, and stands on the app's page. Needed to decline.",
    )

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or {}
        if given.get("decision") == "decline" and not given.get("note"):
            self.add_error("note", "Say what the developer should change.")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@needs(_RIGHT)
def review_app(request: AccountRequest, client_pk: int) -> HttpResponse:
    client = get_object_or_404(clients.apps().select_related("user", "reviewed_by"), pk=client_pk)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, client, form)
    context = {
        "app": client,
        "form": form,
        "due": review.due(client),
        "scopes": boxes(client.allowed_scopes.split()),
        "privacy": privacy.attested(client.privacy_answers),
        "is_waiting": client.review == Client.Review.WAITING,
    }
    return show(request, "review_app", f"Review: {client}", **context)


@require_POST
@needs(_RIGHT)
def look_again(request: AccountRequest, client_pk: int) -> HttpResponse:
    """Takes a decision back; the app waits as before."""
    client = get_object_or_404(clients.apps(), pk=client_pk)
    try:
        review.reopen(client, by=request.user, address=address_of(request))
    except review.NotDecided:
        messages.error(request, f"{client}: there is no decision to take back.")
        return redirect("admin:queue", "apps")
    messages.success(request, f"{client} waits for a review again. No letter was sent.")
    return redirect("admin:review-app", client.pk)


def _decide(request: AccountRequest, client: Client, form: ReviewForm) -> HttpResponse:
    is_approved = form.cleaned_data["decision"] == "approve"
    note = form.cleaned_data["note"]
    try:
        review.decide(
            client, is_approved=is_approved, note=note, by=request.user, address=address_of(request)
        )
    except review.NotWaiting:
        messages.error(request, f"{client} does not wait for a review any more.")
        return redirect("admin:review-app", client.pk)
    messages.success(request, f"{client}: {'approved' if is_approved else 'declined'}.")
    if not mail.tell_developer(mail.app_reviewed, client):
        messages.warning(request, "The developer could not be told by a letter.")
    return redirect("admin:queue", "apps")
