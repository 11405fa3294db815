"""Who may read the chapter of the Provider Access API; others read what it is and how to apply."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessKey
from portal.accounts.models import Account


def may_read_closed(reader: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(reader, Account) and may_read_provider_chapter(reader)


def may_read_provider_chapter(account: Account) -> bool:
    """Partners, those whose key may write and so use the API, and who runs the installation."""
    return bool(account.is_staff) or _has_approved_app(account) or _has_writing_key(account)


def _has_approved_app(account: Account) -> bool:
    return bool(clients.apps_of(account).filter(provider_access_at__isnull=False).exists())


def _has_writing_key(account: Account) -> bool:
    found = AccessKey.objects.filter(may_write=True, is_active=True)
    return found.filter(data_access_grant__account=account).exists()
