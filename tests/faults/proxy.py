"""What stands between the product and its database, and does to connections what networks do."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from time import sleep


class Proxy:
    """On a Unix socket in ``folder``, where the database's own would be."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.delay = 0.0
        """Seconds that each piece takes."""
        self._may_pass = threading.Event()
        self._may_pass.set()
        self._database = str(database / ".s.PGSQL.5432")
        self._open: set[socket.socket] = set()
        folder.mkdir()
        self._path = folder / ".s.PGSQL.5432"
        self._listen()

    def refuse(self) -> None:
        """As where nothing listens, from now on; who was connected is cut off."""
        self._path.unlink()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def accept(self) -> None:
        self._listen()

    def fall_silent(self) -> None:
        """Takes everything and hands nothing on: as a server that has frozen."""
        self._may_pass.clear()

    def speak(self) -> None:
        """The network has noticed: what was open is reset, what is new gets through."""
        self.cut()
        self._may_pass.set()

    def cut(self) -> None:
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._path))
        self._listening.listen(200)
        threading.Thread(target=self._serve, args=[self._listening], daemon=True).start()

    def _serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.socket(socket.AF_UNIX)
                try:
                    there.connect(self._database)
                except OSError:
                    here.close()
                    continue
                self._open |= {here, there}
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._hand_on, args=pair, daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                self._may_pass.wait()
                if self.delay:
                    sleep(self.delay)
                target.sendall(piece)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            self._open.discard(each)
