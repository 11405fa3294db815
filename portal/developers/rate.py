"""How often an app may ask, as its developer reads it."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from fhirapi.smart import rates


def rate_in_words(client_id: str) -> str:
    limit = rates.limit_of(client_id)
    if not limit:
        return _("Not limited: no request of an app is refused for their number.")
    return _(
        "%(count)s a minute, and so many at once; to the FHIR API and the token address together. "
        "RateLimit-Remaining of each answer says how many are left; beyond that it is 429 with "
        "Retry-After."
    ) % {"count": number_format(limit, force_grouping=True)}
