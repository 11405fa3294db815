"""Finds a key of the person who asks; somebody else's does not exist for them."""

from django.http import Http404

from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys
from portal.accounts.models import Account


def own_key(account: Account, access_key_id: str) -> AccessKey:
    key = keys.keys_of(account).filter(access_key_id=access_key_id.upper()).first()
    if key is None:
        raise Http404
    return key
