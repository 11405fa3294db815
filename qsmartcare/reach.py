"""Who can reach this installation: only this machine, or others as well."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_reached_from_elsewhere(base_url: str, host: str) -> bool:
    """``host`` is where the web server listens: other machines find it whatever BASE_URL says."""
    return not (_is_this_machine(urlsplit(base_url).hostname or "") and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
