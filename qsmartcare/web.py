"""The web server: granian, with processes that are exchanged without a failed request.

    python -m qsmartcare.web

SIGHUP starts new processes, with the code and settings there are now, and ends the old ones one
after the other; one that dies is begun again. Three things keep requests whole meanwhile:

* Each process listens on a socket that this one made and keeps, and its successor on the same, so
  that nobody who waits to be let in is lost with a process.
* Who leaves takes no new connection and ends those it has with an answer (``Connection: close``).
* Only then it is told to stop; what it had begun it still answers.

https://github.com/emmett-framework/granian
"""

import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]  # it says so for itself only
from granian.server.mp import MPServer

from qsmartcare import env

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_BACKLOG = 1024  # connections that wait to be let in
_CONNECTIONS = 4096  # of a process: too many requests are to be told so, not left outside
_OTHER_FILES = 256
_SLOWEST_LOADING = 60  # seconds
_LEAVING = 1.0  # seconds in which whoever keeps asking gets an answer that ends the connection
_STOPPING = 5  # seconds for what it had begun; statements may take longer, clients rarely wait
log = logging.getLogger(__name__)


class Server(MPServer):
    def __init__(self, host: str, port: int, *, workers: int, threads: int) -> None:
        super().__init__(
            "qsmartcare.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads + 1,  # qsmartcare/admission.py
            backlog=_BACKLOG,
            backpressure=_most_connections(),
            websockets=False,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            workers_kill_timeout=_STOPPING,
        )
        self._places = threads
        self._listening: list[Any] = []
        self._loaded = multiprocessing.Event()

    def run(self) -> None:
        # Children inherit the sockets, which other ways to start them do not hand on.
        multiprocessing.set_start_method("fork", force=True)
        self.serve(target_loader=self._load, wrap_loader=False)

    # --- What granian asks for -----------------------------------------------------------------

    def _init_shared_socket(self) -> None:
        """Linux shares connections out between sockets of one port; elsewhere there is one."""
        count = self.workers if sys.platform == "linux" else 1
        for _ in range(count):
            self._listening.append(SocketSpec(self.bind_addr, self.bind_port, self.backlog).build())
        self._ssp = self._sso = None
        self._shd: Any = None

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        self._shd = self._listening[idx % len(self._listening)]
        return super()._spawn_worker(idx, target, callback_loader)

    def _respawn_workers(
        self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        for idx in workers:
            self._exchange(idx, spawn_target, target_loader)

    # --- Exchanging ----------------------------------------------------------------------------

    def _exchange(self, idx: int, target: Any, loader: Any) -> None:
        old: Any = self.wrks[idx]
        self._loaded.clear()
        new: Any = self._spawn_worker(idx, target, loader)
        # As long as the old one serves, it costs nobody anything if the new one cannot.
        new.interrupt_by_parent = old.is_alive()
        new.start()
        self.respawned_wrks[idx] = time.monotonic()
        if not self._has_loaded(new) and old.is_alive():
            log.error("A new web process did not start; the old one goes on.")
            new.kill()
            return
        new.interrupt_by_parent = False
        self.wrks[idx] = new
        _take_leave(old)

    def _has_loaded(self, new: Any) -> bool:
        until = time.monotonic() + _SLOWEST_LOADING
        while new.is_alive() and time.monotonic() < until:
            if self._loaded.wait(0.1):
                return True
        return False

    def _load(self) -> "WSGIApplication":
        """In the new process: what it serves, and what it does when its time has come."""
        # Only here: the process that starts others has to stay without the code they load.
        from qsmartcare import wsgi
        from qsmartcare.admission import Admission

        admission = Admission(self._places, env.number("LONGEST_WAIT_MS", 1000) / 1000)
        listening = self._shd.get_fd()

        def leave(number: int, frame: FrameType | None) -> None:
            admission.is_leaving = True
            _stop_listening(listening)

        signal.signal(signal.SIGUSR1, leave)
        admission.watch(self.bind_addr, self.bind_port)
        self._loaded.set()
        return admission.gate(wsgi.application, wsgi.is_api)


def _most_connections() -> int:
    """Each takes a file, of which a process may have as many as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    files = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(1, files - _OTHER_FILES)


def _stop_listening(number: int) -> None:
    """Puts a socket that nobody knows in the place of the one that is shared: its queue stays."""
    with socket.create_server(("127.0.0.1", 0)) as unknown:
        unknown.setblocking(False)
        os.dup2(unknown.fileno(), number)


def _take_leave(old: Any) -> None:
    if old.is_alive():
        os.kill(old.inner.pid, signal.SIGUSR1)
        time.sleep(_LEAVING)
        old.terminate()
        old.join(_STOPPING)
    if old.is_alive():
        old.kill()
    old.join()


def main() -> None:
    Server(
        env.text("HOST", "127.0.0.1"),
        env.number("PORT", 8000),
        workers=env.number("WEB_WORKERS", 2),
        threads=env.number("WEB_THREADS", 8),
    ).run()


if __name__ == "__main__":
    main()
