"""Access tokens with whatever scopes, patient and grant, as if an app had been approved."""

import uuid
from datetime import timedelta

from django.test import Client as HttpClient
from django.utils import timezone

from fhirapi.smart.access.scopes import parse
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import jwt
from tests.api import Session
from tests.people import Person

_AS_APPROVED: list[str] = []


def issue(
    person: Person,
    scope: str,
    *,
    patient: str | None = None,
    patient_ids: list[str] | None = _AS_APPROVED,
    fhir_user: str | None = None,
) -> Session:
    """A session with a new token of the person.

    ``patient``: whom scopes that begin with ``patient/`` are about. ``patient_ids``: those of the
    grant; left out, what a consent page would write: the patient alone, or None for everybody.
    """
    if patient_ids is _AS_APPROVED:
        is_of_one = patient and all(each.context == "patient" for each in parse(scope))
        patient_ids = [patient] if patient and is_of_one else None
    app = Client.objects.create(
        client_id=uuid.uuid4().hex[:16], kind=Client.Kind.SYMMETRIC, allowed_scopes=scope
    )
    grant = DataAccessGrant.objects.create(
        account=person.account,
        client=app,
        scope=scope,
        patient_ids=patient_ids,
        context={"patient": patient} if patient else {},
    )
    return Session(
        HttpClient(), {"access_token": token(grant, scope, patient, fhir_user), "scope": scope}
    )


def token(
    grant: DataAccessGrant, scope: str, patient: str | None = None, fhir_user: str | None = None
) -> str:
    """An access token on the grant."""
    made = jwt.sign(
        account_id=grant.account_id,
        client_id=grant.client.client_id,
        scope=scope,
        patient_id=patient,
        fhir_user=fhir_user,
    )
    AccessToken.objects.create(
        user=grant.account,
        token_checksum=token_checksum(made),
        application=grant.client,
        data_access_grant=grant,
        scope=scope,
        expires=timezone.now() + timedelta(hours=1),
    )
    return made
