"""Apps as developers register them."""

from typing import Any

from fhirapi.smart.clients import clients
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RefreshToken
from portal.accounts.models import Account

CALLBACK = "https://app.example.com/callback"
SCOPES = ("launch/patient", "openid", "fhirUser", "offline_access", "patient/*.rs")


def details(kind: str = Client.Kind.SYMMETRIC, **changes: Any) -> Details:
    is_backend = kind == Client.Kind.BACKEND
    told: dict[str, Any] = {
        "name": "Heart diary",
        "redirect_uris": () if is_backend else (CALLBACK,),
        "scopes": ("system/*.rs",) if is_backend else SCOPES,
    }
    return Details(kind=kind, **{**told, **changes})


def app(owner: Account | None, kind: str = Client.Kind.SYMMETRIC, **changes: Any) -> Client:
    return clients.register(details(kind, **changes), owner=owner)


def approve(client: Client, account: Account) -> DataAccessGrant:
    """What an approval and the tokens made on it leave behind."""
    grant = DataAccessGrant.objects.create(
        account=account, client=client, patient_ids=["142859"], scope=" ".join(SCOPES)
    )
    shared = {"user": account, "application": client, "data_access_grant": grant}
    access = AccessToken.objects.create(
        **shared, token="made up", expires="2099-01-01T00:00:00Z", scope=grant.scope
    )
    RefreshToken.objects.create(**shared, token="made up too", access_token=access)
    return grant
