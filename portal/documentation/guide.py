"""The first page: the guide's steps with this installation's own addresses.

Resource types and the texts of errors come from where the API itself has them.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fhirapi import outcomes
from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome
from fhirapi.search.query import DEFAULT_COUNT, MAX_COUNT
from fhirapi.smart.answers import WRONG_KEY
from fhirapi.smart.tokens.endpoint import SESSION_GONE
from portal.documentation import chapters
from portal.ui.addresses import addresses


@dataclass(frozen=True)
class Remedy:
    outcome: Outcome
    what_to_do: Promise


_DATA_ERRORS = (
    Remedy(outcomes.no_token(), _("Put the access token into the header Authorization.")),
    Remedy(outcomes.malformed_token(), _("Copy the whole token, three parts joined by dots.")),
    Remedy(outcomes.token_expired(), _("Use the refresh token (step 3).")),
    Remedy(outcomes.session_gone(), _("Get a new token with the access key (step 2).")),
    Remedy(
        outcomes.outside_scope("Observation", "create"),
        _("Ask for what the scope of the token names. Those of access keys read and search."),
    ),
    Remedy(
        outcomes.not_found("Patient", "142860"),
        _("Check the id. A record that the key does not open is answered the same way."),
    ),
    Remedy(outcomes.unknown_type("Patients"), _("Use a resource type of the list below.")),
    Remedy(
        outcomes.bad_value("_count", "a whole number is expected."),
        _("The text names the parameter and what it expects."),
    ),
    Remedy(outcomes.not_acceptable(), _("Leave Accept away, or send application/fhir+json.")),
)


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    context = {
        "contents": chapters.contents(),
        "addresses": addresses(),
        "types": sorted(registry.every(), key=lambda each: each.name),
        "data_errors": _DATA_ERRORS,
        "wrong_key": WRONG_KEY,
        "session_gone": SESSION_GONE,
        "token_minutes": settings.ACCESS_TOKEN_LIFETIME // 60,
        "token_seconds": settings.ACCESS_TOKEN_LIFETIME,
        "default_count": DEFAULT_COUNT,
        "max_count": MAX_COUNT,
    }
    return render(request, "documentation/guide.html", context)
