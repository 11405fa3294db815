"""One request and its answer, as they are on the wire: nothing is put right on the way."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote_plus

_PATIENCE = 60  # seconds
_SHOWN = 2_000  # characters of a body in a report


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """With its query; already percent-encoded."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, headers: Mapping[str, str]) -> "Request":
        """Those that the request has itself stay."""
        return replace(self, headers={**headers, **self.headers})

    @property
    def said(self) -> str:
        """Everything that the client has said itself: an answer that repeats it tells nothing."""
        path = unquote_plus(unquote_plus(self.path))
        return f"{path} {' '.join(self.headers.values())} {self.body.decode('utf-8', 'replace')}"

    def report(self) -> dict[str, object]:
        shown = {
            name: value
            for name, value in self.headers.items()
            if name not in ("Authorization", "Cookie")
        }
        return {
            "method": self.method,
            "path": self.path,
            "headers": shown,
            "body": self.body.decode("utf-8", "backslashreplace")[:_SHOWN],
        }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case; several of one name are put together."""
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip()

    def json(self) -> object:
        """None for what is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class NoAnswer(Exception):
    """The server ended the connection, or kept silent."""


class Line:
    """A connection that is kept, and made anew when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)

    def send(self, request: Request) -> Answer:
        """Raises NoAnswer."""
        for is_last in (False, True):
            try:
                return self._once(request)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
                self._connection.close()
                if is_last:
                    raise NoAnswer(type(error).__name__) from error
            except (http.client.HTTPException, OSError) as error:
                self._connection.close()
                raise NoAnswer(type(error).__name__) from error
        raise AssertionError

    def _once(self, request: Request) -> Answer:
        began = time.perf_counter()
        own = {name.lower() for name in request.headers}
        self._connection.putrequest(
            request.method,
            request.path,
            skip_host="host" in own,
            skip_accept_encoding=True,
        )
        for name, value in request.headers.items():
            self._connection.putheader(name, value.encode("utf-8"))
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            self._connection.putheader("Content-Length", str(len(request.body)))
        self._connection.endheaders(request.body or None)
        told = self._connection.getresponse()
        body = told.read()
        headers: dict[str, str] = {}
        for name, value in told.getheaders():
            name = name.lower()
            headers[name] = f"{headers[name]}\n{value}" if name in headers else value
        return Answer(told.status, headers, body, time.perf_counter() - began)


def encoded(text: str) -> str:
    """A part of a path or query, whatever characters it has; lone surrogates become bytes."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def query(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)
