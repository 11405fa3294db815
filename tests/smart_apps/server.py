"""The web server of such an app, on a free loopback port."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.javascript import smart_client

_PAGES = Path(__file__).parent
_FILES = {
    "/app.js": (_PAGES / "app.js", "text/javascript"),
    "/fhir-client.js": (smart_client(), "text/javascript"),
}


@dataclass
class AppServer:
    origin: str
    visited: list[str] = field(default_factory=list)
    """Paths with their queries, as they were asked for."""
    jwks: dict[str, Any] = field(default_factory=lambda: {"keys": []})
    """What /jwks.json answers: the app's public keys."""
    settings: dict[str, str] = field(default_factory=dict)
    """What /settings.json answers: the app's own, as its page gives them to the client."""

    @property
    def callback(self) -> str:
        return f"{self.origin}/callback"

    @property
    def called_back_with(self) -> str:
        """The whole address to which the browser was sent back last."""
        path = next(each for each in reversed(self.visited) if each.startswith("/callback"))
        return f"{self.origin}{path}"


@contextmanager
def app_server() -> Iterator[AppServer]:
    serving = AppServer("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.visited.append(self.path)
            documents = {"/jwks.json": serving.jwks, "/settings.json": serving.settings}
            if self.path in documents:
                content = json.dumps(documents[self.path]).encode()
                content_type = "application/json"
            else:
                page = (_PAGES / "index.html", "text/html")
                path, content_type = _FILES.get(self.path.partition("?")[0], page)
                content = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", f"{content_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            """Nothing: the tests look at what was visited."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        serving.origin = f"http://localhost:{server.server_port}"
        yield serving
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
