"""The exports of a backend service, to its developer: how they are, not what is in them."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app
from portal.exports import words
from portal.exports.own import export, of_client

_A_PAGE = 50


@require_safe
@signed_in
def exports(request: AccountRequest, client_id: str) -> HttpResponse:
    """Only of what works for itself: an app of people exports for them, and they look at that."""
    app = own_app(request.user, client_id)
    if app.kind != Client.Kind.BACKEND:
        raise Http404
    page = Paginator(of_client(str(app.client_id)), _A_PAGE).get_page(request.GET.get("page"))
    found = [export(each) for each in page]
    rows = [
        {
            "export": each,
            "status": words.status(each),
            "holds": words.holds(each.job, {}),
            "kinds": words.kinds(each.job),
        }
        for each in found
    ]
    context = {"app": app, "rows": rows, "page": page, "days": settings.EXPORT_HISTORY_DAYS}
    return render(request, "developers/exports.html", context)
