"""What an app may ask for, in a developer's words: what, and of whom."""

from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import parse_one

_OF_WHOM = {
    "patient": "of one patient",
    "user": "of everybody whom the person who signs in may see",
    "system": "of the patients for whom it is approved",
}


def in_words(scope: str) -> str:
    parsed = parse_one(scope)
    words = granular.in_words(scope)
    return f"{words}, {_OF_WHOM[parsed.context]}" if parsed else words
