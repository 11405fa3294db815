"""Looks at an app's public keys as the token address will, and says what to mend."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from fhirapi.smart.clients import jwks
from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.kinds import KINDS
from portal.developers.own import own_app


@require_POST
@signed_in
def check_keys(request: AccountRequest, client_id: str) -> HttpResponse:
    """POST: it makes us ask another server."""
    app = own_app(request.user, client_id)
    if not KINDS[app.kind].has_keys:
        raise Http404
    context: dict[str, object] = {"app": app}
    try:
        found = _keys(app)
    except jwks.FetchProblem as problem:
        context["problem"] = str(problem)
    else:
        reports = jwks.examine(found)
        is_shapeless = not reports or len(found.get("keys", [])) > jwks.MOST_KEYS
        context["problem"] = (jwks.check(found) or [""])[0] if is_shapeless else ""
        context["reports"] = reports
        context["usable"] = sum(not each.problems for each in reports)
    return render(request, "developers/keys.html", context)


def _keys(app: Client) -> jwks.Jwk:
    return jwks.fetch_set(app.jwks_uri) if app.jwks_uri else app.jwks or {}
