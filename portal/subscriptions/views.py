"""Subscribing, with or without an account; changing and ending it by a letter's link."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fhirapi.audit.record import address_of
from portal.accounts.limits import TooManyLetters
from portal.accounts.models import Account
from portal.accounts.views import TOO_MANY
from portal.subscriptions import links, subscribing
from portal.subscriptions.forms import SubscribeForm, TopicsForm
from portal.subscriptions.models import UNCONFIRMED, Subscription

_EVERY_TOPIC = ["status", "changes"]


@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    account = request.user if isinstance(request.user, Account) else None
    initial = {"topics": _EVERY_TOPIC, "email": account.email if account else ""}
    form = SubscribeForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if form.is_valid():
        try:
            subscribing.ask(form.cleaned_data["email"], form.wanted(), address=address_of(request))
            return redirect("portal:subscribe-sent")
        except TooManyLetters:
            status = 429
            form.add_error(None, TOO_MANY)
    return render(request, "subscriptions/subscribe.html", {"form": form}, status=status)


def sent(request: HttpRequest) -> HttpResponse:
    hours = int(UNCONFIRMED.total_seconds() // 3600)
    return render(request, "subscriptions/sent.html", {"hours": hours})


@never_cache
def confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """A button does it: mail filters open links, too."""
    found = links.confirmed_by(signed)
    if found is None:
        return render(request, "subscriptions/expired.html", status=404)
    if request.method == "POST":
        subscribing.confirm(found)
        return redirect(links.to_change(found))
    return render(request, "subscriptions/confirm.html")


@never_cache
def subscription(request: HttpRequest, signed: str) -> HttpResponse:
    found = _found(signed)
    if found is None or found.confirmed_at is None:
        return render(request, "subscriptions/ended.html")
    form = TopicsForm(
        request.POST if request.method == "POST" else None, initial={"topics": _topics(found)}
    )
    is_changed = form.is_valid()
    if is_changed:
        subscribing.change(found, form.wanted())
    context = {"form": form, "end": links.to_end(found), "is_changed": is_changed}
    return render(request, "subscriptions/subscription.html", context)


@csrf_exempt  # RFC 8058: the mail program posts; the link is the authority, no cookie is asked for
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    found = _found(signed)
    if found is not None and request.method == "POST":
        subscribing.end(found)
        found = None
    template = "subscriptions/ended.html" if found is None else "subscriptions/unsubscribe.html"
    return render(request, template)


def _found(signed: str) -> Subscription | None:
    try:
        return links.changed_by(signed)
    except BadSignature:
        raise Http404 from None


def _topics(found: Subscription) -> list[str]:
    wanted = {"status": found.wants_status, "changes": found.wants_changes}
    return [name for name, is_wanted in wanted.items() if is_wanted]
