"""Which addresses below the FHIR base there are: what is announced is asked of the routes."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve


def is_offered(address: str) -> bool:
    """Whether something is routed at the address below the FHIR base."""
    base = urlsplit(settings.FHIR_BASE_URL).path
    try:
        return resolve(f"{base}/{address}").url_name != "nothing-here"
    except Resolver404:
        return False


def absolute(address: str) -> str:
    return f"{settings.FHIR_BASE_URL}/{address}"


def offered(addresses: dict[str, str]) -> dict[str, str]:
    """Those that are routed, as absolute URLs under the same names."""
    return {name: absolute(each) for name, each in addresses.items() if is_offered(each)}
