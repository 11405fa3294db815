"""Long authorization requests wait here while somebody signs in: their address holds a short key.

Granular scopes make requests of many thousand characters, and browsers, proxies and Django's own
redirects have limits. https://docs.djangoproject.com/en/5.2/releases/5.2.8/
"""

from datetime import timedelta

from django.http import QueryDict
from django.utils import timezone

from fhirapi.smart import secrets
from fhirapi.smart.authorization.models import KeptRequest

VALID = timedelta(hours=1)
LONGEST = 60_000
MOST = 2_000
"""At once; a flood of them ends the oldest, not the disk."""
KEY = "kept"
"""The parameter that names a request which is kept."""


class TooLong(Exception):
    """More than an app can mean."""


def keep(params: QueryDict) -> QueryDict:
    """A short one in its place. It names the app and its redirect URI as well, for the door."""
    short = QueryDict(mutable=True)
    short.update({name: str(params[name]) for name in ("client_id", "redirect_uri")})
    short[KEY] = keep_text(params.urlencode())
    return short


def keep_text(query: str) -> str:
    """Its key."""
    if len(query) > LONGEST:
        raise TooLong
    _make_room()
    key = secrets.new_secret()
    KeptRequest.objects.create(
        digest=secrets.digest(key), query=query, expires_at=timezone.now() + VALID
    )
    return key


def _make_room() -> None:
    """Anybody may ask, signed in or not."""
    surplus = KeptRequest.objects.order_by("-pk").values_list("pk", flat=True)[MOST - 1 : MOST]
    if oldest := surplus.first():
        KeptRequest.objects.filter(pk__lte=oldest).delete()


def find(key: str) -> QueryDict | None:
    live = KeptRequest.objects.filter(
        digest__in=secrets.digests(key), expires_at__gt=timezone.now()
    )
    found = live.values_list("query", flat=True).first()
    return QueryDict(found) if found is not None else None
