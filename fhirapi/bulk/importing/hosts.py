"""From where files may be fetched: what IMPORT_HOSTS lists, and nowhere else.

https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from fhirapi.smart.clients.fetch import LOOPBACK_HOSTS, is_public

_PORTS = {"https": 443, "http": 80}
_NOT_LISTED = "Files are fetched only from hosts that the operator of this server has listed."


def refusal_of(url: str) -> str | None:
    """What is wrong with the address itself; None if files may be fetched from it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is not a web address."
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        return "This is not a web address."
    if parts.username is not None or parts.fragment:
        return "Leave out the user name and the part behind #."
    is_local = host in LOOPBACK_HOSTS
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        return "The address must begin with https://."
    default = _PORTS[parts.scheme]
    named = f"[{host}]" if ":" in host else host
    if f"{named}:{port or default}" in settings.IMPORT_HOSTS:
        return None
    is_plain = port in (None, default) and named in settings.IMPORT_HOSTS
    return None if is_plain else _NOT_LISTED


def may_lead_to(host: str, addresses: Sequence[str]) -> bool:
    """All of a listed host's addresses are public, or in a network that is listed as well."""
    return all(_may_be(host, ipaddress.ip_address(each.partition("%")[0])) for each in addresses)


def _may_be(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return host in LOOPBACK_HOSTS
    return is_public(address) or any(
        address in network for network in _networks() if network.version == address.version
    )


def _networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(each) for each in settings.IMPORT_HOSTS if "/" in each]
