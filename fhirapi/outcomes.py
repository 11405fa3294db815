"""Every way a FHIR request can fail: issue code, status and text. Nobody else knows statuses.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson


@dataclass(frozen=True)
class Problem:
    """What is wrong with one element of a resource that was sent; repeats no value of it."""

    code: str
    """From https://hl7.org/fhir/R4/valueset-issue-type.html"""
    text: str
    expression: str = ""
    """FHIRPath of the element: ``Observation.component[0].code``."""
    severity: str = "error"

    def within(self, place: str) -> "Problem":
        """The element's path begins with its type: in a Bundle with the place of the resource."""
        _, dot, path = self.expression.partition(".")
        return replace(self, expression=f"{place}{dot}{path}")

    def issue(self) -> dict[str, object]:
        """The text begins with the place: many clients show nothing but the text."""
        issue: dict[str, object] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.text,
        }
        if not self.expression:
            return issue
        text = f"{self.expression}: {self.text}"
        return {**issue, "diagnostics": text, "expression": [self.expression]}


@dataclass(eq=False)
class Outcome(Exception):
    """Raised where a request cannot be answered; ``rest`` turns it into an OperationOutcome."""

    status: int
    code: str
    """From https://hl7.org/fhir/R4/valueset-issue-type.html"""
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """Where several elements are wrong: told instead of the text."""
    expression: str = ""
    """FHIRPath of what it is about, where the request is a Bundle."""
    change: Any = None
    """Which of a request's changes is refused: for the audit trail alone."""

    def within(self, entry: str) -> "Outcome":
        """The same, told of an entry of a Bundle: ``Bundle.entry[3]``."""
        if self.expression:  # told already
            return self
        self.expression = entry
        self.problems = tuple(each.within(f"{entry}.resource") for each in self.problems)
        return self

    def issue(self, severity: str = "error") -> dict[str, object]:
        where: dict[str, object] = {"expression": [self.expression]} if self.expression else {}
        return {"severity": severity, "code": self.code, "diagnostics": self.text, **where}

    def issues(self) -> list[dict[str, object]]:
        return [each.issue() for each in self.problems] or [self.issue()]


def operation_outcome(*issues: dict[str, object]) -> bytes:
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": list(issues)})


# --- Who is asking (401, 403) ------------------------------------------------------------------
def _unauthorized(text: str, error: str | None) -> Outcome:
    # RFC 6750 section 3: without a token the challenge names no error.
    challenge = 'Bearer realm="QSmartCare FHIR API"'
    if error:
        challenge += f', error="{error}", error_description="{text}"'
    return Outcome(401, "login", text, headers={"WWW-Authenticate": challenge})


def no_token() -> Outcome:
    return _unauthorized(
        "This address needs an access token. Send it as: Authorization: Bearer <token>.", None
    )


def malformed_token() -> Outcome:
    return _unauthorized("The access token is not one of ours or was altered.", "invalid_token")


def token_expired() -> Outcome:
    return _unauthorized(
        "The access token has expired. Ask for a new one with the refresh token.", "invalid_token"
    )


def session_gone() -> Outcome:
    return _unauthorized("User session not found. User must re-authenticate.", "invalid_token")


def key_unusable(why: str) -> Outcome:
    return _unauthorized(why, "invalid_token")


def outside_scope(resource_type: str, interaction: str) -> Outcome:
    challenge = 'Bearer realm="QSmartCare FHIR API", error="insufficient_scope"'
    return Outcome(
        403,
        "forbidden",
        f"The token's scopes do not allow {interaction} on {resource_type}.",
        headers={"WWW-Authenticate": challenge},
    )


def constrained_scope(resource_type: str, interaction: str) -> Outcome:
    challenge = 'Bearer realm="QSmartCare FHIR API", error="insufficient_scope"'
    return Outcome(
        403,
        "forbidden",
        f"The token's scopes open only a part of {resource_type} and do not allow {interaction}: "
        "old versions cannot be searched. It needs a scope without a constraint.",
        headers={"WWW-Authenticate": challenge},
    )


def not_a_writer() -> Outcome:
    challenge = 'Bearer realm="QSmartCare FHIR API", error="insufficient_scope"'
    return Outcome(
        403,
        "forbidden",
        "Writing needs a provider's access key that may write, or an app of an approved partner.",
        headers={"WWW-Authenticate": challenge},
    )


def not_yours_to_write(resource_type: str) -> Outcome:
    # The same whether that patient exists or not: no hint which.
    return Outcome(
        403,
        "forbidden",
        f"This {resource_type} would not be open to the token: its patient is not in the token's "
        "care, or its content is outside the token's scopes. A new Patient names a practitioner "
        "for whom the token acts in Patient.generalPractitioner.",
    )


# --- What is asked for (400, 404, 405, 406, 410) -----------------------------------------------
def unknown_type(name: str) -> Outcome:
    return Outcome(404, "not-supported", f"This server has no resource type '{name[:64]}'.")


def unknown_address() -> Outcome:
    return Outcome(404, "not-found", "There is nothing at this address; see /metadata for what is.")


def unknown_operation(name: str) -> Outcome:
    return Outcome(
        404, "not-supported", f"There is no operation '{name[:64]}' here; see /metadata for those."
    )


def no_system_level(what: str) -> Outcome:
    return Outcome(
        404, "not-supported", f"{what} over all resource types is not offered; name one type."
    )


def malformed_id() -> Outcome:
    return Outcome(400, "value", "An id has 1 to 64 letters, digits, '-' and '.'.")


def not_in_compartment(name: str) -> Outcome:
    return Outcome(
        404, "not-supported", f"{name} cannot be searched within a Patient; try {name}?..."
    )


def whole_compartment() -> Outcome:
    return Outcome(
        404, "not-supported", "Ask Patient/[id]/$everything for all that belongs to a patient."
    )


def not_found(resource_type: str, resource_id: str) -> Outcome:
    # The same whether it never existed or is not the caller's: no hint which.
    return Outcome(404, "not-found", f"{resource_type}/{resource_id[:64]} was not found.")


def version_not_found(resource_type: str, resource_id: str, version_id: str) -> Outcome:
    return Outcome(
        404, "not-found", f"{resource_type}/{resource_id} has no version {version_id[:64]}."
    )


def gone(resource_type: str, resource_id: str) -> Outcome:
    return Outcome(410, "deleted", f"{resource_type}/{resource_id} was deleted.")


def bad_value(parameter: str, why: str) -> Outcome:
    return Outcome(400, "value", f"Search parameter '{parameter}': {why}")


def unknown_parameter(name: str, resource_type: str) -> Outcome:
    return Outcome(
        400,
        "not-supported",
        f"{resource_type} has no search parameter '{name[:64]}'; see /metadata for those it has.",
    )


def ignored_parameter(name: str) -> Outcome:
    """No failure: a warning beside the result."""
    return Outcome(200, "not-supported", f"Parameter '{name[:64]}' was ignored.")


def bad_operation_parameter(name: str, why: str) -> Outcome:
    return Outcome(400, "value", f"Parameter '{name[:64]}': {why}")


def unknown_operation_parameter(name: str, operation: str) -> Outcome:
    return Outcome(400, "not-supported", f"{operation} has no parameter '{name[:64]}'.")


def missing_parameter(text: str) -> Outcome:
    return Outcome(400, "required", text)


def bad_request(text: str) -> Outcome:
    return Outcome(400, "invalid", text)


def bad_page() -> Outcome:
    return Outcome(400, "value", "This page link is not one of ours. Start the search again.")


def wrong_method(method: str, allowed: str) -> Outcome:
    return Outcome(
        405,
        "not-supported",
        f"{method[:16]} is not possible here. Allowed: {allowed}.",
        headers={"Allow": allowed},
    )


def not_acceptable() -> Outcome:
    return Outcome(
        406, "not-supported", "Only application/fhir+json (or application/json) can be answered."
    )


def not_acceptable_content(content_type: str) -> Outcome:
    return Outcome(
        406, "not-supported", f"This content is {content_type}; or ask for application/fhir+json."
    )


def unsupported_parameters_type() -> Outcome:
    return Outcome(
        415,
        "not-supported",
        "Send the parameters as application/fhir+json or application/x-www-form-urlencoded.",
    )


def unsupported_media_type() -> Outcome:
    return Outcome(415, "not-supported", "Send the search as application/x-www-form-urlencoded.")


def too_large() -> Outcome:
    return Outcome(413, "too-long", "The request is too large.")


def costly_search(why: str) -> Outcome:
    return Outcome(400, "too-costly", f"This search is too costly: {why}")


def too_costly() -> Outcome:
    return Outcome(503, "too-costly", "The search took too long. Narrow it, by patient or date.")


def held_up() -> Outcome:
    return Outcome(
        503,
        "lock-error",
        "Somebody else is changing the same at this moment. Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )


def database_away() -> Outcome:
    return Outcome(
        503,
        "transient",
        "The database is not there at this moment. Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )


def too_many(seconds: int) -> Outcome:
    return Outcome(
        429,
        "throttled",
        f"This client asks more often than it may. Try again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


def too_long_path() -> Outcome:
    return Outcome(414, "too-long", "The address is too long. A query may be sent as a form.")


def too_slow() -> Outcome:
    return Outcome(
        503,
        "transient",
        "Too many requests whose body has not come in yet are open. Send it without a pause.",
        headers={"Retry-After": "2"},
    )


def too_many_unproven(seconds: int, headers: dict[str, str]) -> Outcome:
    """Of one address: open requests, or requests with what does not work."""
    return Outcome(
        429,
        "throttled",
        "Too many requests without a token that works have come from your network address. "
        f"Try again in {seconds} s.",
        headers=headers,
    )


def internal_error(reference: str) -> Outcome:
    return Outcome(
        500, "exception", f"Something went wrong on our side. Reference for support: {reference}."
    )


def maintenance() -> Outcome:
    return Outcome(503, "transient", "The server is being looked after. Try again later.")


def overloaded() -> Outcome:
    return Outcome(
        503, "throttled", "More is asked at this moment than the server can answer. Try again."
    )
