"""What letters about changes tell of: a deprecation, or a release."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from fhirapi.definitions import deprecations
from portal.changes import changelog


@dataclass(frozen=True)
class Notice:
    key: str
    title: Mapping[str, str]
    """By language."""
    text: Mapping[str, str]
    address: str


def find(key: str) -> Notice | None:
    address = f"{settings.BASE_URL}{reverse('portal:changes')}#{key}"
    for each in deprecations.DEPRECATIONS:
        if each.key == key:
            return Notice(key, each.what, each.instead, address)
    for release in changelog.releases():
        if release.key == key:
            title = {"en": f"QSmartCare {release.name}", "es": f"QSmartCare {release.name}"}
            return Notice(key, title, {"en": "", "es": ""}, address)
    return None


def keys() -> list[str]:
    """Of everything that could be told."""
    rows = [each.key for each in deprecations.DEPRECATIONS]
    return rows + [each.key for each in changelog.releases() if each.day]
