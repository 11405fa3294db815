"""The app on whose behalf somebody is signing in, if it is for one that they come here."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from fhirapi.smart import authorize


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
    # CSP's grammar has no literal IPv6 addresses.
    return f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"
