"""Finds an app of the person who asks; somebody else's does not exist for them."""

from django.http import Http404

from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client
from portal.accounts.models import Account


def own_app(account: Account, client_id: str) -> Client:
    client = clients.apps_of(account).filter(client_id=client_id).first()
    if client is None:
        raise Http404
    return client
