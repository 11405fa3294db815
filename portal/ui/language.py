"""The language of the pages: chosen at the foot of every page, kept by browser and account."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from portal.accounts.models import Account


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Leads back to the page it was chosen on; ``set_language`` looks whether that is ours."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, Account) and check_for_language(chosen):
        Account.objects.filter(pk=request.user.pk).update(language=chosen[:7])
    return set_language(request)
