"""Tokens that share one statement: each gets the verdict that it would have got alone."""

import time
from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, Client, SpentAssertion
from fhirapi.smart.tokens import backend_access, backend_rows
from fhirapi.smart.tokens.backend_rows import Asked, Service, Verdict
from tests.smart import flow
from tests.smart.door import Door
from tests.smart.flow import App
from tests.smart.services import ask, service
from tests.smart.test_token_at_once import at_once

pytestmark = pytest.mark.usefixtures("practice_itself")


def approved(**changes: Any) -> App:
    app = service(**changes)
    backend_access.approve(app.client, by=None)
    return app


def read(app: App) -> Service:
    found = backend_rows.find(app.id)
    assert found is not None
    return found


def asked(of: Service, digest: str, token: str) -> Asked:
    return Asked(of, digest, time.time() + 300, token, "system/*.rs", "192.0.2.1")


def test_each_gets_its_own_verdict() -> None:
    one, other, disabled = read(approved()), read(approved()), approved()
    gone = read(disabled)
    Client.objects.filter(pk=disabled.client.pk).update(disabled_at="2024-01-01T00:00Z")
    assert backend_rows.issue_all([asked(one, "d0", "t0")]) == [Verdict.ISSUED]
    verdicts = backend_rows.issue_all([
        asked(gone, "d9", "t9"),
        asked(other, "d2", "t2"),
        asked(one, "d1", "t1"),
        asked(one, "d0", "t3"),
        asked(one, "d1", "t4"),
        asked(one._replace(registered="system/Patient.rs"), "d5", "t5"),
    ])  # fmt: skip
    assert verdicts == [
        Verdict.CHANGED, Verdict.ISSUED, Verdict.ISSUED, Verdict.REPLAYED, Verdict.REPLAYED,
        Verdict.CHANGED,
    ]  # fmt: skip
    tokens = AccessToken.objects.values_list("token_checksum", "application_id")
    assert set(tokens) == {("t0", one.id), ("t1", one.id), ("t2", other.id)}
    assert set(SpentAssertion.objects.values_list("digest", flat=True)) == {"d0", "d1", "d2"}
    audited = AuditRecord.objects.filter(action="token").values_list("client_id", "outcome")
    assert sorted(audited) == sorted(
        [(one.client_id, "success")] * 2 + [(other.client_id, "success")]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "confidential-asymmetric"},
        {"jwks": '{"keys": []}'},
        {"jwks": None},
        {"jwks_uri": "https://app.example.com/jwks"},
        {"registered": "system/*.r"},
        {"approved": "system/*.r"},
        {"grant": 0},
        {"patient_ids": "{142859}"},
    ],
)
def test_whatever_is_no_longer_as_it_was_read_is_noticed(changes: dict[str, Any]) -> None:
    now = read(approved())
    [verdict] = backend_rows.issue_all([asked(now._replace(**changes), "d", "t")])
    assert verdict is Verdict.CHANGED
    assert not SpentAssertion.objects.exists()


def test_an_approval_for_some_patients_names_them_in_the_trail() -> None:
    app = service()
    backend_access.approve(app.client, by=None, patient_ids=["142859", 'x "y" \\z'])
    [verdict] = backend_rows.issue_all([asked(read(app), "d", "t")])
    assert verdict is Verdict.ISSUED
    assert AuditRecord.objects.get(action="token").patient_ids == ["142859", 'x "y" \\z']


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_each_assertion_counts_once() -> None:
    apps = [approved(), approved()]
    door = Door()
    for app in apps:
        app.http = door
        assert ask(app).status_code == 200
    sent = [(app, app.assertion()) for app in apps for _ in range(3)] * 2
    kind = flow.JWT_BEARER

    def request() -> int:
        app, text = sent.pop()
        answer = ask(app, client_assertion=text, client_assertion_type=kind)
        return int(answer.status_code)

    assert sorted(at_once(12, request)) == [200] * 6 + [400] * 6
    assert AccessToken.objects.count() == 8
    tokens = AuditRecord.objects.filter(action="token")
    assert tokens.filter(outcome="success").count() == 8
    assert tokens.filter(outcome="denied").count() == 6
