"""An app's webhook: its address, its secret, shown once, and what was sent to it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.clients.fetch import is_fetchable, refused_host
from fhirapi.smart.models import Client
from fhirapi.smart.webhooks import hooks
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app
from portal.ui.compression import NOT_TRANSFORMED

_SHOWN = 50


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Of your server, beginning with https://."),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Say where we are to tell your app.")},
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if wrong := is_fetchable(url) or refused_host(url):
            raise forms.ValidationError(wrong)
        return url


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhook(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    hook = hooks.of(app)
    form = WebhookForm(request.POST or None, initial={"url": hook.url if hook else ""})
    secret = ""
    if request.method == "POST" and form.is_valid():
        address = address_of(request)
        secret = hooks.register(app, form.cleaned_data["url"], by=request.user, address=address)
    return _page(request, app, form=form, secret=secret)


@require_POST
@signed_in
def remove(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    hooks.remove(app, by=request.user, address=address_of(request))
    messages.success(request, _("The webhook is removed. Your app is not told any more."))
    return redirect("portal:app-webhook", client_id)


@require_POST
@signed_in
def send_test(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    if hooks.of(app) is None:
        raise Http404
    hooks.test(app)
    messages.success(request, _("A test event is on its way."))
    return redirect("portal:app-webhook", client_id)


@require_POST
@signed_in
def send_again(request: AccountRequest, client_id: str, event: int) -> HttpResponse:
    app = own_app(request.user, client_id)
    if hooks.of(app) is None or not hooks.send_again(app, event):
        raise Http404
    messages.success(request, _("The event is sent again."))
    return redirect("portal:app-webhook", client_id)


def _page(request: AccountRequest, app: Client, **more: Any) -> HttpResponse:
    context = {
        "app": app,
        "hook": hooks.of(app),
        "events": [(each, str(each.event_id)[:8]) for each in hooks.events(app)[:_SHOWN]],
        **more,
    }
    response = render(request, "developers/webhook.html", context)
    if more.get("secret"):
        response["Cache-Control"] = NOT_TRANSFORMED
    return response
