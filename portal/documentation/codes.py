"""What an error code means and what a developer does about it, in words that are translated.

Told by the errors chapter (in English, as all of it), the request log, the plots and the console.
A key is an issue code, an ``error`` of OAuth, or the name of the function in ``fhirapi.outcomes``
that makes just this error: ``errors.toml`` has no words of its own for those.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Remedy:
    what: str | Promise
    todo: str | Promise


_OTHERS = Remedy(
    _("The request was refused."),
    _("Send it again and read the answer: it says what is wrong in words."),
)
_OF_THE_SERVER = Remedy(
    _("The fault is ours."),
    _("Try again in a moment. If it stays, send us the reference in the answer."),
)
_REMEDIES = {
    # RFC 6750: who is asking
    "no_token": Remedy(
        _("The request had no access token."), _("Send it as Authorization: Bearer <token>.")
    ),
    "malformed_token": Remedy(
        _("The access token is not one of ours or was altered."),
        _("Send the access_token of the token answer, whole and unchanged; not the id_token."),
    ),
    "token_expired": Remedy(
        _("The access token has expired."),
        _("It lasts an hour. Use the refresh token before (expires_in says when), or ask for a "
          "new one when you get a 401."),
    ),
    "session_gone": Remedy(
        _("The access that the token stands on has ended."),
        _("The person has revoked it, the account or app was disabled, or a refresh replaced the "
          "token. Drop the tokens and let the person sign in again."),
    ),
    "login": Remedy(
        _("The token opens nothing at the moment."),
        _("Let the person sign in again; for an access key, look at its page in the portal."),
    ),
    "forbidden": Remedy(
        _("The scopes of the token do not allow this."),
        _("Compare the scope of your token answer with the request. Ask for the scope when you "
          "send people to authorize, and see that your app is registered for it."),
    ),
    # FHIR: what is asked for
    "not-found": Remedy(
        _("There is no such resource for this token."),
        _("The id does not exist, or belongs to a patient whom the token does not open. Take ids "
          "from a search with the same token."),
    ),
    "deleted": Remedy(
        _("The resource was deleted."), _("Take it out of what your app has stored.")
    ),
    "not-supported": Remedy(
        _("The server does not offer this."),
        _("The type, search parameter, operation, method or format is not one of ours: /metadata "
          "lists what is."),
    ),
    "value": Remedy(
        _("A value in the request cannot be read."),
        _("The answer names the parameter. Dates are YYYY-MM-DD or full instants, tokens are "
          "system|code, quantities number|system|unit."),
    ),
    "malformed_id": Remedy(
        _("The id in the address is none."), _("An id has 1 to 64 letters, digits, '-' and '.'.")
    ),
    "required": Remedy(
        _("Something that the request needs is missing."), _("The answer says which parameter.")
    ),
    "invalid": Remedy(
        _("The request could not be read."),
        _("Check encoding, Content-Type and length of what you send."),
    ),
    "bad_page": Remedy(
        _("The link to a page of results is not one of ours."),
        _("Follow the next link of the Bundle as it is, with the same token; or start anew."),
    ),
    "too_large": Remedy(_("The request is too large."), _("Send less at once.")),
    "too-costly": Remedy(
        _("The search would ask too much of the database."),
        _("The answer says what to change. Name the patient, a code or a date; /api-documentation "
          "has the limits."),
    ),
    "lock-error": Remedy(
        _("Another request was changing the same resource."),
        _("Send it again a few seconds later; change a resource from one place at a time."),
    ),
    "too_costly": Remedy(
        _("The search took too long and was stopped."),
        _("Narrow it: name a patient, a date range or a category."),
    ),
    "throttled": Remedy(
        _("The app asks more often than it may."),
        _("Wait as long as Retry-After says. RateLimit-Remaining of each answer tells beforehand; "
          "search for several things at once instead of reading each."),
    ),
    # RFC 6749 and OpenID Connect
    "invalid_client": Remedy(
        _("The app could not show who it is."),
        _("Check client_id and secret (has it expired or been revoked?), or for a key pair the "
          "assertion: aud is the token address, iss and sub the client_id, kid one of your keys, "
          "exp at most five minutes ahead, jti new each time."),
    ),
    "invalid_grant": Remedy(
        _("The code or refresh token does not work (any more)."),
        _("A code lasts 60 seconds and works once, with the redirect_uri and code_verifier of its "
          "request. A refresh token works once: keep the new one that you get."),
    ),
    "invalid_request": Remedy(
        _("The request lacks something, or has it twice."),
        _("At authorize: response_type=code, redirect_uri, state, aud and a code_challenge (S256) "
          "are needed. At token: form fields, each once."),
    ),
    "invalid_scope": Remedy(
        _("None of the scopes can be given."),
        _("Ask for scopes that the app is registered for; on refresh for no more than before."),
    ),
    "unauthorized_client": Remedy(
        _("The app may not do this."),
        _("A backend service has to be approved by an administrator; other kinds cannot use "
          "client_credentials."),
    ),
    "unsupported_grant_type": Remedy(
        _("The grant_type is not offered."),
        _("Use authorization_code, refresh_token or client_credentials."),
    ),
    "access_denied": Remedy(
        _("The person said no."), _("Nothing is wrong: offer them to try again later.")
    ),
    "login_required": Remedy(
        _("The person was not signed in."), _("Send the request again without prompt=none.")
    ),
    "temporarily_unavailable": Remedy(
        _("The app asks more often than it may, or the server is being looked after."),
        _("Wait as long as Retry-After says."),
    ),
    "invalid_token": Remedy(
        _("The access token does not work."), _("Get a new one with the refresh token.")
    ),
}  # fmt: skip


def words(name: str) -> Remedy | None:
    """Of a code, or of the function that makes an error."""
    return _REMEDIES.get(name)


def told() -> dict[str, dict[str, str]]:
    """All of them, for a page that looks them up itself."""
    return {
        code: {"what": str(each.what), "todo": str(each.todo)} for code, each in _REMEDIES.items()
    }


def remedy(error: str | None, status: int) -> Remedy | None:
    """None where nothing went wrong."""
    if error is None:
        return None
    return _REMEDIES.get(error) or (_OF_THE_SERVER if status >= 500 else _OTHERS)
