"""The app on whose behalf somebody is signing in, if it is for one that they come here."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from fhirapi.smart.authorization import authorize


@dataclass(frozen=True)
class AskingApp:
    name: str
    redirect_uri: str


def asking_app(wanted: str | None) -> AskingApp | None:
    """``wanted``: the page that a person is led to after signing in."""
    parts = urlsplit(wanted or "")
    if parts.path != reverse("fhir:authorize"):
        return None
    try:
        client, redirect_uri = authorize.trusted(QueryDict(parts.query))
    except authorize.NotTrusted:
        return None
    return AskingApp(str(client), redirect_uri)


def allow_form_to_lead_to(response: HttpResponse, addresses: list[str]) -> HttpResponse:
    """Lets a form's answer redirect to the app: browsers hold redirects to ``form-action``.

    https://www.w3.org/TR/CSP3/#directive-form-action
    """
    sources = sorted({_source(each) for each in addresses})
    response._csp_update = {"form-action": sources}  # type: ignore[attr-defined]  # of django-csp
    return response


def _source(address: str) -> str:
    parts = urlsplit(address)
    # A phone app's own scheme has no host, and CSP's grammar no literal IPv6 address.
    if parts.scheme not in ("https", "http") or "[" in parts.netloc:
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc}"
