"""What `make run` does: database, data, web server; and everything stopped again in reverse.

This process only watches. Everything it starts runs in a session of its own, out of reach of the
terminal's Ctrl-C, and is told to stop from here, so that nothing outlives it or dies half-way.
"""

import os
import signal
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from qsmartcare import env, web_role
from qsmartcare.daily import Daily
from qsmartcare.embedded import DatabaseTrouble, EmbeddedPostgres
from qsmartcare.preconditions import (
    Trouble,
    check_database_url,
    check_demo,
    check_port,
    lock_data_folder,
)
from qsmartcare.processes import Child, Parent
from qsmartcare.progress import complain, console, step
from qsmartcare.welcome import publish_demo, show_addresses, withdraw_demo
from qsmartcare.workers import Workers

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = {  # seconds that SQL of a request may take, wait for others, have others wait for it
    "STATEMENT_TIMEOUT": "20",
    "LOCK_TIMEOUT": "10",
    "IDLE_TIMEOUT": "60",
}
_SLOWEST_START = 60  # seconds until the web server has to answer


class Stopped(Exception):
    """Somebody asked for the end while things were still being started."""


@dataclass(frozen=True)
class Plan:
    """Where and how this installation runs."""

    host: str
    port: int
    base_url: str
    data_dir: Path
    database_url: str | None
    is_demo: bool
    workers: int
    threads: int
    job_workers: int

    @classmethod
    def from_environment(cls) -> "Plan":
        port = env.number("PORT", 8000)
        return cls(
            host=env.text("HOST", "127.0.0.1"),
            port=port,
            base_url=env.text("BASE_URL", f"http://localhost:{port}").rstrip("/"),
            data_dir=env.folder("DATA_DIR", "./var"),
            database_url=env.secret("DATABASE_URL"),
            is_demo=env.flag("DEMO", True),
            workers=env.number("WEB_WORKERS", 2),
            threads=env.number("WEB_THREADS", 8),
            job_workers=env.number("JOB_WORKERS", 2),
        )


class Run:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stop = threading.Event()
        self._exchange = threading.Event()
        self._server: EmbeddedPostgres | None = None
        self._parent = Parent()

    def serve(self) -> None:
        """Starts everything, waits until somebody asks for the end, stops everything."""
        self._listen_for_signals()
        plan = self._plan
        if plan.is_demo:
            check_demo(plan.host, plan.base_url)
        check_port(plan.host, plan.port)
        with ExitStack() as stack:
            stack.enter_context(lock_data_folder(plan.data_dir))
            withdraw_demo(plan.data_dir)
            self._go_on()
            database_url = self._database(stack)
            self._go_on()
            surroundings = self._surroundings(database_url)
            self._prepare(stack, surroundings)
            web = self._web_server(stack, surroundings)
            others = self._others(stack, surroundings)
            publish_demo(plan.data_dir)
            embedded_url = None if plan.database_url else database_url
            show_addresses(plan.base_url, embedded_url, plan.data_dir)
            self._wait(web, others, stack.enter_context(Daily(surroundings)))
            if sys.stdout.isatty():
                console.print("\nStopping ...")

    def _listen_for_signals(self) -> None:
        def on_signal(number: int, frame: FrameType | None) -> None:
            self._stop.set()

        signal.signal(signal.SIGINT, on_signal)
        signal.signal(signal.SIGTERM, on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
            signal.signal(signal.SIGHUP, on_signal)
        signal.signal(signal.SIGUSR1, lambda number, frame: self._exchange.set())

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _database(self, stack: ExitStack) -> str:
        if self._plan.database_url:
            check_database_url(self._plan.database_url)
            return self._plan.database_url
        try:
            with step("Starting the database"):
                postgres = EmbeddedPostgres(self._plan.data_dir / "postgres")
                self._server = stack.enter_context(postgres)
                return postgres.ensure_database("qsmartcare")
        except DatabaseTrouble:
            self._go_on()  # the same signal may have reached what was being started
            raise

    def _surroundings(self, database_url: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(self._plan.data_dir),
            "PORT": str(self._plan.port),
            "BASE_URL": self._plan.base_url,
            "DEMO": "1" if self._plan.is_demo else "0",
            "DJANGO_SETTINGS_MODULE": "qsmartcare.settings",
        }

    def _prepare(self, stack: ExitStack, surroundings: dict[str, str]) -> None:
        child = stack.enter_context(
            Child([sys.executable, "-m", "qsmartcare.prepare"], cwd=ROOT, env=surroundings)
        )
        while child.is_running():
            self._stop.wait(0.05)
            self._go_on()
        if child.exit_code != 0:
            raise Trouble("")  # the child has said why

    def _web_server(self, stack: ExitStack, surroundings: dict[str, str]) -> Workers:
        plan = self._plan
        ours = {
            **_PATIENCE, "DATABASE_ROLE": web_role.of(surroundings["DATABASE_URL"]),
            **surroundings, "HOST": plan.host,
            "WEB_WORKERS": str(plan.workers), "WEB_THREADS": str(plan.threads),
        }  # fmt: skip
        command = [sys.executable, "-m", "qsmartcare.web"]
        with step("Starting the web server"):
            started = Workers(1, command, cwd=ROOT, env=ours, name="The web server")
            web = stack.enter_context(started)
            [first] = web.children
            waited = 0.0
            while not first.answers(plan.host, plan.port, "/readyz"):
                self._stop.wait(0.1)
                self._go_on()
                waited += 0.1
                if not first.is_running() or waited > _SLOWEST_START:
                    raise Trouble("The web server did not start; its messages are above.")
        return web

    def _others(self, stack: ExitStack, surroundings: dict[str, str]) -> list[Workers]:
        manage = [sys.executable, "manage.py"]
        webhooks = [*manage, "deliver_webhooks", "--forever"]
        delivery = Workers(1, webhooks, cwd=ROOT, env=surroundings, name="The delivery of webhooks")
        stack.enter_context(delivery)
        work = [*manage, "work"]
        workers = Workers(self._plan.job_workers, work, cwd=ROOT, env=surroundings)
        return [delivery, stack.enter_context(workers)]

    def _wait(self, web: Workers, others: list[Workers], daily: Daily) -> None:
        while not self._stop.wait(0.5):
            daily.start_if_due()
            if self._server and self._server.keep_running():
                complain("The database ended by itself: it was started again.")
            for each in (web, *others):
                each.replace_ended()
            if self._exchange.is_set():
                self._exchange_all(web, others)
            if self._parent.has_given_up():
                return

    def _exchange_all(self, web: Workers, others: list[Workers]) -> None:
        """For new code or settings of the same environment: nobody who asks notices."""
        self._exchange.clear()
        for child in web.children:
            child.tell(signal.SIGHUP)
        for each in others:
            each.exchange()


def main() -> int:
    try:
        Run(Plan.from_environment()).serve()
    except (Trouble, DatabaseTrouble, env.BadSetting) as trouble:
        if str(trouble):
            complain(str(trouble))
        return 2
    except Stopped:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
