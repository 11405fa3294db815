"""Every key is exchanged while the product runs: an old and a new process at once, and after."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from qsmartcare import keyring
from tests.plan import product_folder
from tests.prepared import put_started_product_into
from tests.product import ROOT, Product, free_port, wait_until
from tests.running.app import App
from tests.running.test_walk import app_of
from tests.running.visitor import Credentials, Visitor

_ROTATE = """
import django
django.setup()
from django.core.management import call_command
for kind in ("secret", "encryption", "digest"):
    call_command("rotate_key", kind, {options})
"""


class Process(NamedTuple):
    """A web process as people and apps reach it."""

    demo: dict[str, Any]
    pid: int

    def visitor(self) -> Visitor:
        return Visitor(self.demo)

    def app(self, other: App) -> App:
        return App(self.demo, other.access_key_id, other.secret)


class Exchange:
    """A product that knows the next keys, and processes that are started beside it."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.old = Process(product.wait_until_ready(), 0)
        [url] = set(re.findall(r"postgresql://\S+", product.output))
        self.surroundings = {
            **os.environ, "DATABASE_URL": url, "DATA_DIR": str(product.data_dir), "DEMO": "1",
            "BASE_URL": self.old.demo["base_url"], "DJANGO_SETTINGS_MODULE": "qsmartcare.settings",
        }  # fmt: skip

    def rotate(self, options: str = "") -> None:
        command = [sys.executable, "-c", _ROTATE.format(options=options)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.surroundings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def process(self) -> Iterator[Process]:
        """As the first ones are replaced: with the keys as they are kept by now."""
        port = free_port()
        command = [
            sys.executable, "-m", "granian", "qsmartcare.wsgi:application", "--interface", "wsgi",
            "--port", str(port), "--log-level", "error", "--no-ws", "--blocking-threads", "4",
        ]  # fmt: skip
        started = subprocess.Popen(command, cwd=ROOT, env=self.surroundings)
        base = f"http://localhost:{port}"
        try:
            wait_until(lambda: _answers(base), 400)
            fhir = f"{base}/R4-patient-api"
            yield Process({**self.old.demo, "base_url": base, "fhir_base_url": fhir}, started.pid)
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(60)


def _answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/readyz", timeout=60).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with product_folder() as folder:
        put_started_product_into(folder / "data")
        for kind in keyring.KINDS.values():
            keyring.announce(folder / "data", kind)
        product = Product(folder / "data", WEB_WORKERS="1")
        product.start()
        try:
            yield Exchange(product)
        finally:
            product.interrupt()


class Made(NamedTuple):
    """What somebody got from one process: a session, an access key, a link of a letter."""

    visitor: Visitor
    app: App
    link: str

    def works_at(self, process: Process) -> dict[str, bool]:
        session = requests.Session()
        session.cookies.update(self.visitor.http.cookies)
        base = process.demo["base_url"]
        page = session.get(f"{base}/portal/", timeout=60, allow_redirects=False)
        letter = requests.get(base + urlsplit(self.link).path, timeout=60)
        return {
            "session": page.status_code == 200,
            "access key": process.app(self.app).ask().status_code == 200,
            "link": letter.status_code == 200,
        }


def made_at(process: Process, who: str) -> Made:
    """By a person who signs in, makes a key, has its secret shown, and asks for a letter."""
    account = Credentials.of(process.demo["accounts"][who])
    visitor = process.visitor().sign_in(account, "/patient/index.html")
    key_id = visitor.make_key("Made meanwhile", [])
    secret = visitor.secret_of(key_id, account.pin)
    email = f"{who}.{process.pid}@example.com"
    person = {**process.demo["patients"][2], "email": email}
    process.visitor().register(person, "patient")
    found = re.search(r'href="([^"]+/app/confirm/[^"]+)"', process.visitor().letter_to(email))
    assert found
    return Made(visitor, App(process.demo, key_id, secret), found[1])


ALL_WORK = {"session": True, "access key": True, "link": True}


def test_the_keys_are_exchanged_and_nobody_notices_but_who_holds_what_only_old_ones_made(
    exchange: Exchange,
) -> None:
    old = exchange.old
    before = made_at(old, "patient")
    exchange.rotate("use=True")
    with exchange.process() as new:
        meanwhile = made_at(new, "patient2")
        for each in (before, meanwhile):
            assert each.works_at(old) == each.works_at(new) == ALL_WORK
    exchange.rotate()
    exchange.rotate("retire=True, compromised=True")
    with exchange.process() as last:
        assert meanwhile.works_at(last) == ALL_WORK
        # The access key has been renewed; the session and the letter were the old keys' own.
        assert before.works_at(last) == {"session": False, "access key": True, "link": False}
        assert last.app(app_of(old.demo, "Demo")).sign_in()["patient"] == "142859"
