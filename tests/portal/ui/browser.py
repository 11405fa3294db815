"""A browser in which somebody has signed in, without the cost of the door."""

from typing import Any

from django.test import Client
from django.utils import timezone

from portal.accounts.models import Account

HTMX = {"HX-Request": "true"}


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="portal.accounts.signin.PasswordAndPinBackend")
    return client


def approve(account: Account) -> Account:
    account.provider_approved_at = timezone.now()
    account.save(update_fields=["provider_approved_at"])
    return account


def unapprove(account: Account) -> Account:
    account.provider_approved_at = None
    account.save(update_fields=["provider_approved_at"])
    return account


def text(response: Any) -> str:
    return str(response.content.decode())
