"""Who may read the chapter of the Provider Access API; others read what it is and how to apply."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from fhirapi.smart.models import AccessKey
from portal.accounts.models import Account
from portal.partners.programs import Program
from portal.partners.standing import is_partner


def may_read_closed(reader: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(reader, Account) and may_read_provider_chapter(reader)


def may_read_provider_chapter(account: Account) -> bool:
    """Partners, those whose key may write and so use the API, and who runs the installation."""
    is_ours = account.is_staff or is_partner(account, program=Program.API_DISTRIBUTION)
    return is_ours or _has_writing_key(account)


def _has_writing_key(account: Account) -> bool:
    found = AccessKey.objects.filter(may_write=True, is_active=True)
    return found.filter(data_access_grant__account=account).exists()
