"""A browser in words, and an address that says roughly where: enough to know one's own again."""

import re
from ipaddress import ip_address, ip_network

# The first that is found counts: most browsers also name the one they descend from.
_BROWSERS = (
    (r"EdgA?(?:iOS)?/", "Edge"), (r"OPR/|Opera", "Opera"), (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"), (r"Chrome/|CriOS/", "Chrome"), (r"Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    (r"iPhone", "iPhone"), (r"iPad", "iPad"), (r"Android", "Android"), (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "Mac"), (r"CrOS", "ChromeOS"), (r"Linux|X11", "Linux"),
)  # fmt: skip


def in_words(user_agent: str) -> str:
    """``Firefox, Windows``; empty where nothing is known."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(each for each in found if each)


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((words for pattern, words in known if re.search(pattern, text)), "")


def shortened(address: str | None) -> str:
    """The network instead of the machine: 203.0.113.0/24."""
    if not address:
        return ""
    try:
        bits = 24 if ip_address(address).version == 4 else 48
        return str(ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return ""
