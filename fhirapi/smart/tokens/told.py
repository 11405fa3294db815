"""What a token answer tells an app beside the tokens: the launch context, and how pages look.

https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-context-arrives-with-your-access_token
"""

from typing import Any

from django.conf import settings

from fhirapi.smart.models import Client, DataAccessGrant
from fhirapi.smart.tokens.issue import patient_context, visible_patients
from fhirapi.smart.webhooks.hooks import reference

_MEMBERS = ("patient", "encounter", "fhirContext", "intent", "need_patient_banner")


def members(grant: DataAccessGrant) -> dict[str, Any]:
    if grant.client.kind == Client.Kind.ACCESS_KEY:
        return patient_context(visible_patients(grant))
    context = {name: grant.context[name] for name in _MEMBERS if name in grant.context}
    # The app shows whose record it is unless we do: nothing of ours surrounds an app.
    if "patient" in context:
        context.setdefault("need_patient_banner", True)
    context["grant_id"] = reference(grant.pk)  # by which a webhook names what has ended
    return {**context, "smart_style_url": f"{settings.FHIR_BASE_URL}/smart-style.json"}
