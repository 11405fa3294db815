"""The address that stands for all that one and the same may have."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

_NETWORK = 64  # bits: who has one IPv6 address has all that begin alike (RFC 6177, RFC 4291 2.5.4)


@lru_cache(maxsize=10_000)
def network_of(address: str | None) -> str | None:
    """Of IPv6 the first 64 bits; of IPv4 mapped into IPv6 that address (RFC 4291 2.5.5.2)."""
    if not address or ":" not in address:
        return address
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped or ip_network((parsed, _NETWORK), strict=False).network_address)
