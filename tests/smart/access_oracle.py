"""What a token may be shown of the small practice, said once more in plain Python.

It knows nothing of the product: scopes are text, resources are dictionaries.
"""

from dataclasses import dataclass

from tests.smart.small_practice import Resource

SHARED = {"Practitioner", "Location", "Organization"}
_WORDS = {"read": "rs", "write": "cud", "*": "cruds"}
_CAN_ASK = {
    "category": {"Observation", "Condition", "DocumentReference"},
    "gender": {"Patient", "Practitioner"},
    "status": {"Observation", "Encounter", "DocumentReference", "Location"},
}


@dataclass(frozen=True)
class Token:
    scope: str
    patient: str | None
    seen: frozenset[str]
    """Whom the account may see and the grant names."""
    fhir_user: str | None = None
    """``Type/id``, where the scope fhirUser was granted."""

    @property
    def words(self) -> list[str]:
        return self.scope.split()

    @property
    def is_of_one(self) -> bool:
        return all(word.startswith("patient/") for word in self.words)

    @property
    def reached(self) -> frozenset[str]:
        """Of whom anything at all may be shown."""
        return self.seen & {self.patient or "-"} if self.is_of_one else self.seen


def patient_of(resource: Resource) -> str | None:
    kind = resource["resourceType"]
    if kind == "Patient":
        return str(resource["id"])
    if kind == "Provenance":
        return str(resource["target"][0]["reference"]).rpartition("-")[2]
    holder = resource.get("subject") or resource.get("securityContext")
    return str(holder["reference"]).partition("/")[2] if holder else None


def members(resource: Resource) -> set[str]:
    return {each["entity"]["reference"].partition("/")[2] for each in resource.get("member", [])}


def opens(token: Token, resource: Resource, letter: str, *, whole: bool = False) -> bool:
    """Whether a scope with this letter opens the resource; ``whole``: one without constraint."""
    if letter == "r" and not whole and _is_themselves(token, resource):
        return True
    return any(_word_opens(token, word, resource, letter, whole) for word in token.words)


def opens_type(token: Token, kind: str, letter: str, *, whole: bool = False) -> bool:
    """Whether any scope opens something of the type."""
    if letter == "r" and not whole and (token.fhir_user or "").startswith(f"{kind}/"):
        return True
    return any(
        _parts(word)[1] in ("*", kind)
        and letter in _parts(word)[2]
        and (kind in SHARED or _parts(word)[0] != "patient" or token.patient is not None)
        and (not _parts(word)[3] if whole else _can_apply(kind, _parts(word)[3]))
        for word in token.words
    )


def _is_themselves(token: Token, resource: Resource) -> bool:
    """Who signed in may be read, as far as the grant and the context reach them."""
    if token.fhir_user != f"{resource['resourceType']}/{resource['id']}":
        return False
    return resource["resourceType"] in SHARED or patient_of(resource) in token.reached


def _parts(word: str) -> tuple[str, str, str, str]:
    head, _, constraint = word.partition("?")
    context, _, rest = head.partition("/")
    kind, _, letters = rest.partition(".")
    return context, kind, _WORDS.get(letters, letters), constraint


def _word_opens(token: Token, word: str, resource: Resource, letter: str, whole: bool) -> bool:
    context, kind, letters, constraint = _parts(word)
    if kind not in ("*", resource["resourceType"]) or letter not in letters:
        return False
    if constraint and (whole or not _fulfils(resource, constraint)):
        return False
    if resource["resourceType"] in SHARED:
        return True
    reached = token.seen & {token.patient} if context == "patient" else token.seen
    if resource["resourceType"] == "Group":
        if context == "patient" and not token.is_of_one:
            return False
        return bool(members(resource)) and members(resource) <= reached
    return patient_of(resource) in reached


def _can_apply(kind: str, constraint: str) -> bool:
    pairs = [part.partition("=") for part in constraint.split("&")] if constraint else []
    return all(value and kind in _CAN_ASK.get(name, set()) for name, _, value in pairs)


def _fulfils(resource: Resource, constraint: str) -> bool:
    if not _can_apply(resource["resourceType"], constraint):
        return False
    for part in constraint.split("&"):
        name, _, values = part.partition("=")
        if not any(_has(resource, name, value) for value in values.split(",")):
            return False
    return True


def _has(resource: Resource, name: str, value: str) -> bool:
    if name != "category":
        return resource.get(name) == value
    system, bar, code = value.rpartition("|")
    codings = [coding for each in resource.get("category", []) for coding in each["coding"]]
    return any(
        coding["code"] == code and (not bar or coding["system"] == system) for coding in codings
    )
