"""Talks to an address that an app's developer named: fetches a small JSON document, or posts one.

The address is not ours and not trusted: only https, only public networks, no redirect, one time
limit for the whole of it and one for its size. The host's addresses are looked up once and the
connection goes to the very address that was checked, so that a name cannot change in between.
https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Said = TypeVar("Said")
MayLeadTo = Callable[[str, Sequence[str]], bool]
SECONDS = 3.0
MOST_BYTES = 64 * 1024
_LONGEST = 6 * 3600.0  # seconds for a download
_WEB, _FIRST_OF_ANYBODY = (80, 443), 1024
"""Behind the other low ports are mail, shells and the like: nobody is to knock there through us."""
_look_ups = ThreadPoolExecutor(max_workers=4, thread_name_prefix="look-up")
"""The system's resolver knows no limit of ours: it may go on after we have given up, in these."""
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
# Addresses that carry another one inside, which the outer one's kind says nothing about.
_WRAPPED = [ipaddress.ip_network(each) for each in ("64:ff9b::/32", "2002::/16", "2001::/32")]

# X509_V_ERR_*: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_CERTIFICATES = {
    9: "is not valid yet",
    10: "has expired",
    62: "is not of this host",
    64: "is not of this address",
}
_BROKEN = "The server could not be reached, or broke the answer off."
_PRIVATE = "The host is in a private network. Use one that the internet can reach."


class FetchProblem(Exception):
    """Why the document is not to be had, in a sentence for the app's developer."""


def fetch(url: str) -> bytes:
    """The document's bytes. Raises FetchProblem."""
    return _talk(url, _body)


def post(url: str, content: bytes, headers: Mapping[str, str]) -> int:
    """The status that was answered. Raises FetchProblem."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    sent = f"{head}Content-Length: {len(content)}\r\n".encode()

    def exchange(connection: socket.socket, parts: SplitResult, until: float) -> int:
        return _answer(connection, parts, until, "POST", sent, content).status

    return _talk(url, exchange)


class Download(io.RawIOBase):
    """The body of an answer as it comes in. Reading raises FetchProblem."""

    def __init__(self, connection: socket.socket, response: HTTPResponse) -> None:
        self._connection, self._response = connection, response

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as it is called
        try:
            count = self._response.readinto(buffer)
        except (OSError, HTTPException):
            raise FetchProblem(_BROKEN) from None
        # A body that ends before its length says so is not the whole of it.
        if not count and self._response.length:
            raise FetchProblem(_BROKEN)
        return count

    def abort(self) -> None:
        """From another thread: whoever reads is told that it broke off."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def download(url: str, may_lead_to: "MayLeadTo", seconds: float) -> Iterator[Download]:
    """A document that may be large, in whatever time it takes but never silent for ``seconds``.

    ``may_lead_to``: whether all these addresses of the host are places to fetch from. Raises
    FetchProblem.
    """
    parts = _split(url)
    until = time.monotonic() + seconds
    try:
        connection = _connect(parts, until, may_lead_to)
    except TimeoutError:
        raise FetchProblem(f"The server did not answer within {seconds:.0f} seconds.") from None
    except ssl.SSLCertVerificationError as error:
        raise FetchProblem(_refused_certificate(error)) from None
    except OSError:
        raise FetchProblem(_BROKEN) from None
    with connection:
        try:
            until = time.monotonic() + _LONGEST
            response = _answer(connection, parts, until, "GET", b"Accept-Encoding: gzip\r\n",
                               silent=seconds)  # fmt: skip
        except (OSError, HTTPException):
            raise FetchProblem(_BROKEN) from None
        _require_ok(response)
        yield Download(connection, response)


def _talk(url: str, exchange: "Callable[[socket.socket, SplitResult, float], Said]") -> "Said":
    parts = _parts(url)
    until = time.monotonic() + SECONDS
    try:
        with _connect(parts, until) as connection:
            return exchange(connection, parts, until)
    except ssl.SSLCertVerificationError as error:
        raise FetchProblem(_refused_certificate(error)) from None
    except TimeoutError:
        raise FetchProblem(f"The server did not answer within {SECONDS:.0f} seconds.") from None
    except (OSError, HTTPException):
        raise FetchProblem(_BROKEN) from None


def _refused_certificate(error: ssl.SSLCertVerificationError) -> str:
    why = _CERTIFICATES.get(error.verify_code, "was issued by nobody whom this server trusts")
    return f"The server's TLS certificate {why}."


def is_fetchable(url: str) -> str | None:
    """What is wrong with the address itself; None if it may be fetched."""
    try:
        _parts(url)
    except FetchProblem as problem:
        return str(problem)
    return None


def refused_host(url: str) -> str | None:
    """What is wrong with where a fetchable address leads; None also where that is not known yet.

    A name may lead elsewhere by the time it is fetched: then it is looked up anew.
    """
    parts = _parts(url)
    host = parts.hostname or ""
    try:
        addresses = _looked_up(host, parts.port or 443, time.monotonic() + SECONDS)
    except (FetchProblem, TimeoutError):
        return None
    return None if _are_allowed(host, addresses) else _PRIVATE


def _parts(url: str) -> SplitResult:
    parts = _split(url)
    if parts.scheme == "https" or (
        parts.scheme == "http" and _may_be_loopback(parts.hostname or "")
    ):
        return parts
    raise FetchProblem("The address must begin with https://.")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise FetchProblem("This is not a web address.") from None
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        raise FetchProblem("This is not a web address.")
    if parts.username is not None or parts.fragment:
        raise FetchProblem("Leave out the user name and the part behind #.")
    if parts.port is not None and parts.port < _FIRST_OF_ANYBODY and parts.port not in _WEB:
        raise FetchProblem("No web server is at such a port. Use 443, or one above 1023.")
    return parts


def _may_be_loopback(host: str) -> bool:
    """Servers of one's own machine are for trying things out, not for a practice's server."""
    return host in LOOPBACK_HOSTS and (settings.DEMO or settings.DEBUG)


def _connect(
    parts: SplitResult, until: float, may_lead_to: "MayLeadTo | None" = None
) -> socket.socket:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    failure: OSError = OSError("no address")
    for address in _addresses(host, port, until, may_lead_to or _are_allowed):
        try:
            plain = socket.create_connection((address, port), timeout=_left(until))
        except OSError as problem:
            failure = problem
            continue
        if parts.scheme == "http":
            return plain
        plain.settimeout(_left(until))
        return _tls().wrap_socket(plain, server_hostname=host)
    raise failure


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _addresses(host: str, port: int, until: float, may_lead_to: "MayLeadTo") -> list[str]:
    """Those of the host, all of which must be allowed: one that is not makes the name suspect."""
    addresses = _looked_up(host, port, until)
    if not may_lead_to(host, addresses):
        raise FetchProblem(_PRIVATE)
    return addresses


def _are_allowed(host: str, addresses: Sequence[str]) -> bool:
    is_local = _may_be_loopback(host)
    return all(_is_allowed(address, is_local) for address in addresses)


def _looked_up(host: str, port: int, until: float) -> list[str]:
    asked = _look_ups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(_left(until))
    except TimeoutError:
        asked.cancel()  # if none of the threads has come to it
        raise
    except (OSError, UnicodeError):
        raise FetchProblem("The host's name was not found.") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_allowed(address: str, is_local: bool) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if is_local:
        return parsed.is_loopback
    return is_public(parsed)


def is_public(parsed: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the internet can reach it, and it carries no other one inside."""
    is_wrapped = any(parsed in network for network in _WRAPPED if network.version == parsed.version)
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or is_wrapped)


def _body(connection: socket.socket, parts: SplitResult, until: float) -> bytes:
    response = _answer(connection, parts, until, "GET", b"Accept: application/json\r\n")
    _require_ok(response)
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise FetchProblem(f"The document is larger than {MOST_BYTES // 1024} kB.")
    return body


def _require_ok(response: HTTPResponse) -> None:
    if 300 <= response.status < 400:
        raise FetchProblem("The server redirects elsewhere. Name the final address.")
    if response.status != 200:
        raise FetchProblem(f"The server answered with status {response.status} instead of 200.")


def _answer(
    connection: socket.socket,
    parts: SplitResult,
    until: float,
    method: str,
    headers: bytes,
    content: bytes = b"",
    *,
    silent: float | None = None,
) -> HTTPResponse:
    """Its status line and headers. ``silent``: the body is in time if it never pauses so long."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()
    end = b"User-Agent: QSmartCare\r\nConnection: close\r\n\r\n"
    connection.settimeout(_left(until))
    connection.sendall(head + headers + end + content)
    response = HTTPResponse(_InTime(connection, until, silent))  # type: ignore[arg-type]  # needs makefile
    response.begin()
    return response


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _InTime(io.RawIOBase):
    """What comes in over a connection until a time: byte by byte does not make it last longer."""

    def __init__(self, connection: socket.socket, until: float, silent: float | None) -> None:
        self._connection, self._until, self._silent = connection, until, silent

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as it is called
        self._connection.settimeout(min(_left(self._until), self._silent or _LONGEST))
        return self._connection.recv_into(buffer)
