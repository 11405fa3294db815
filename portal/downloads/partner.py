"""Whether somebody is an approved partner: whose they may download is the Provider Access API's."""

from django.contrib.auth.models import AnonymousUser

from fhirapi.smart.models import Client
from portal.accounts.models import Account


def is_partner(account: Account | AnonymousUser) -> bool:
    """Whoever develops an app that an administrator has let write."""
    if not isinstance(account, Account):
        return False
    approved = Client.objects.filter(user=account, provider_access_at__isnull=False)
    return bool(approved.filter(disabled_at=None).exists())
