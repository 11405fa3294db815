"""A server of files on this machine, as an app's storage would be."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class Files:
    """By path: content and headers; ``asked`` are the paths that were asked for."""

    def __init__(self, port: int) -> None:
        self.host = f"{HOST}:{port}"
        self.asked: list[str] = []
        self._held: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.is_slow = False
        self.go_on = threading.Event()

    def put(self, path: str, content: bytes, status: int = 200, **headers: str) -> str:
        """The address."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._held[path] = (status, {"Content-Length": str(len(content)), **given}, content)
        return f"http://{self.host}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        status, headers, content = self._held.get(handler.path, (404, {}, b""))
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if self.is_slow:
            handler.wfile.write(content[:1])
            handler.wfile.flush()
            self.go_on.wait(60)
            content = content[1:]
        handler.wfile.write(content)


@contextmanager
def serving() -> Iterator[Files]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        files = Files(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        yield files
        files.go_on.set()
        server.shutdown()
