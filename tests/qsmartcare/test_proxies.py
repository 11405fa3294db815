"""Behind a proxy that is named, the client's own address counts; nobody else can claim one."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from qsmartcare.wsgi import Application, behind_proxies

pytestmark = pytest.mark.django_db  # Django looks after its connection at every request


class Telling(WSGIHandler):
    """Answers with the address that the audit trail would get."""

    def get_response(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(address_of(request))


def address_seen(peer: str, forwarded: str, proxies: list[str]) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    answer: Any = behind_proxies(Telling(), proxies)(request.environ, lambda *told: print)
    return b"".join(answer).decode()


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.0.0.7", "192.0.2.9", "192.0.2.9"),
        ("10.0.1.3", "192.0.2.9", "192.0.2.9"),
        ("10.0.0.7", "203.0.113.1, 192.0.2.9", "192.0.2.9"),  # the first is the client's own claim
        ("10.0.0.7", "192.0.2.9, 10.0.1.3", "192.0.2.9"),
        ("198.51.100.4", "192.0.2.9", "198.51.100.4"),
        ("10.0.0.7", "", "10.0.0.7"),
    ],
)
def test_only_a_named_proxy_is_believed(peer: str, forwarded: str, expected: str) -> None:
    assert address_seen(peer, forwarded, ["10.0.0.7", "10.0.1.0/24"]) == expected


def test_without_proxies_nobody_is_believed() -> None:
    assert address_seen("127.0.0.1", "192.0.2.9", []) == "127.0.0.1"
    plain = Application()
    assert behind_proxies(plain, []) is plain


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("192.0.2.9:5678", "192.0.2.9"),
        ("[2001:db8::9]:5678", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("fe80::1%eth0", "fe80::1"),
        ("unix:", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_what_is_told_of_the_peer_never_fails_an_audit_record(
    peer: str, expected: str | None
) -> None:
    found = address_of(RequestFactory().get("/", REMOTE_ADDR=peer))
    record(AuditRecord.Action.SIGN_IN, address=found)
    assert AuditRecord.objects.get().address == expected
