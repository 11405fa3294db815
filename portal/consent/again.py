"""An app that wants the person to sign in again: asked once, kept in the session until done.

OpenID Connect Core 3.1.2.1, ``prompt`` and ``max_age``. The session remembers which request wanted
it and since when, so that it is not the address that says it was done: neither a request without
these parameters nor the consent page's form gets past it.
"""

import time
from hashlib import sha256

from django.http import HttpRequest

from fhirapi.smart.authorization.authorize import Asked, Refused
from portal.accounts.signin import signed_in_at

_WANTED = "must_sign_in_again"
_MOST = 10
"""Requests of one browser that wait for it; older ones have been given up."""
_AGAIN = frozenset({"login", "select_account"})
_WHAT_ASKS = ("prompt", "max_age")


def is_due(request: HttpRequest, asked: Asked) -> bool:
    """Whether whoever is signed in has to show again who they are. Raises Refused."""
    is_due = _is_due(request, asked)
    if is_due and "none" in asked.prompt:
        raise Refused("login_required", "The person signed in too long ago.")
    return is_due


def want(request: HttpRequest, asked: Asked) -> None:
    """For a browser in which nobody is signed in (any more)."""
    if not asked.prompt & _AGAIN and asked.max_age is None:
        return
    others = {name: at for name, at in _wanted(request).items() if name != _name(request)}
    latest = dict(list(others.items())[-(_MOST - 1) :])
    request.session[_WANTED] = {**latest, _name(request): int(time.time())}


def done(request: HttpRequest) -> None:
    """The app has its answer: the same request would have to ask anew."""
    wanted = _wanted(request)
    if wanted.pop(_name(request), None) is not None:
        request.session[_WANTED] = wanted


def _is_due(request: HttpRequest, asked: Asked) -> bool:
    wanted = _wanted(request).get(_name(request))
    if wanted is not None:
        return signed_in_at(request) < wanted
    if asked.prompt & _AGAIN:
        return True
    return asked.max_age is not None and signed_in_at(request) < time.time() - asked.max_age


def _wanted(request: HttpRequest) -> dict[str, int]:
    return dict(request.session.get(_WANTED, {}))


def _name(request: HttpRequest) -> str:
    """The request but for what asks to sign in again: who takes that away asks the same."""
    params = request.GET.copy()
    for name in _WHAT_ASKS:
        params.pop(name, None)
    told = sorted((name, values) for name, values in params.lists())
    return sha256(repr(told).encode()).hexdigest()
