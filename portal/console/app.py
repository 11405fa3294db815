"""The console as an app: public, with PKCE, registered by the product itself (decisions/0029).

It is looked up whenever the page is opened, so that every installation has it, and its redirect
URI follows BASE_URL. An administrator can disable it like any other app; it then stays disabled.
"""

from dataclasses import replace

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from fhirapi.smart.clients import clients
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client

CLIENT_ID = "qsmartcare-console"
_SCOPES = (
    "openid", "fhirUser", "online_access", "launch", "launch/patient", "patient/*.rs", "user/*.rs",
)  # fmt: skip
"""It reads. What writes is tried with an access key or an app that may."""


def callback() -> str:
    """Where the browser comes back to from the consent page."""
    return f"{settings.BASE_URL}{reverse('portal:console-callback')}"


def console_app() -> Client:
    found: Client | None = Client.objects.filter(client_id=CLIENT_ID).first()
    if found is None:
        return _registered()
    known = clients.details_of(found)
    wanted = replace(known, redirect_uris=(callback(),), scopes=_SCOPES)
    if known != wanted:
        clients.change(found, wanted, by=None)
    return found


def _registered() -> Client:
    try:
        with transaction.atomic():
            return clients.register(_details(), owner=None, client_id=CLIENT_ID)
    except IntegrityError:  # somebody else opened the page at the same moment
        made: Client = Client.objects.get(client_id=CLIENT_ID)
        return made


def _details() -> Details:
    return Details(
        kind=Client.Kind.PUBLIC,
        name="QSmartCare Console",
        description=(
            "The part of the Developer Portal in which developers send requests to the API by "
            "hand. What it reads stays in the browser tab; it is sent nowhere else."
        ),
        redirect_uris=(callback(),),
        scopes=_SCOPES,
        privacy_answers={
            "policy": False,
            "asks_first": True,
            "no_sale": True,
            "can_delete": True,
            "protects": settings.IS_HTTPS,
        },
    )
