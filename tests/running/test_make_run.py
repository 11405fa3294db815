"""What `make run` promises: a sentence for each trouble, nothing left behind, nothing lost."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.product import Product, free_port, wait_until
from tests.running.exporter import BulkClient
from tests.running.test_walk import app_of

Starter = Callable[..., Product]


@pytest.fixture
def start(folder: Path) -> Iterator[Starter]:
    """Starts products on one folder, one after the other or at once; stops what is left."""
    started: list[Product] = []

    def starter(*command: str, **settings: str) -> Product:
        product = Product(folder / "data", **settings)
        product.start(*command)
        started.append(product)
        return product

    yield starter
    for product in started:
        if product.running.poll() is None:
            product.interrupt()


def sentence(product: Product) -> str:
    """What a start that failed said, which has to be one line."""
    assert product.wait_for_end() == 2
    [line] = product.output.splitlines()
    return line


def test_a_port_in_use_ends_in_a_sentence_before_anything_is_started(start: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        product = start(PORT=str(port))
        assert f"Port {port} is in use" in sentence(product)
    assert not product.data_dir.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://127.0.0.1:1/none", "no usable database"),
        ("postgresql://user:s3cret@host.invalid/none", "no usable database"),
        ("not a url", "cannot be understood"),
    ],
)
def test_a_broken_database_url_ends_in_a_sentence(start: Starter, url: str, words: str) -> None:
    said = sentence(start(DATABASE_URL=url))
    assert words in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"PORT": "eighty"}, "PORT must be a whole number"),
        ({"PORT": "70000"}, "PORT must be between"),
        ({"HOST": "0.0.0.0"}, "start with DEMO=0"),  # noqa: S104
        ({"BASE_URL": "https://ehr.example.org"}, "start with DEMO=0"),
        ({"DEMO": "maybe"}, "DEMO must be 1 or 0"),
        ({"DATA_DIR": "/dev/null/here"}, "cannot be written"),
    ],
)
def test_a_setting_that_makes_no_sense_ends_in_a_sentence(
    start: Starter, knobs: dict[str, str], words: str
) -> None:
    assert words in sentence(start(**knobs))


@pytest.mark.usefixtures("used_folder")
def test_a_second_start_keeps_everything(start: Starter, folder: Path) -> None:
    port = free_port()
    before = left_by_first_start(folder, port)
    second = start(PORT=str(port))
    after = second.wait_until_ready()
    assert after == before
    assert (second.data_dir / "demo.json").stat().st_mode & 0o777 == 0o600
    assert app_of(after, "Demo").sign_in()["patient"] == "142859"


def left_by_first_start(folder: Path, port: int) -> dict[str, Any]:
    """Its demo.json, as if it had run at this port."""
    text = (folder / "data" / "demo.json").read_text(encoding="utf-8")
    was: dict[str, Any] = json.loads(text)
    told: dict[str, Any] = json.loads(
        text.replace(f"{was['base_url']}/", f"http://localhost:{port}/").replace(
            f'"{was["base_url"]}"', f'"http://localhost:{port}"'
        )
    )
    return told


@pytest.mark.usefixtures("used_folder")
def test_a_second_instance_on_the_same_folder_is_refused(start: Starter) -> None:
    first = start()
    first.wait_until_ready()
    assert "already running" in sentence(start(PORT=str(free_port())))
    assert app_of(first.wait_until_ready(), "Demo").sign_in()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_starting_leaves_nothing_behind(
    start: Starter, number: signal.Signals
) -> None:
    product = start()
    wait_until(lambda: "Starting the database" in product.output)
    assert product.interrupt(number) == 0
    assert product.processes() == []
    assert "Traceback" not in product.output


def test_an_interrupted_first_start_is_made_good_by_the_next(start: Starter) -> None:
    product = start(PATIENTS="24")
    wait_until(lambda: "up to date" in product.output)
    product.interrupt()
    demo = start(PATIENTS="24").wait_until_ready()
    assert len({each["id"] for each in demo["patients"]}) == 24


@pytest.mark.usefixtures("used_folder")
def test_what_dies_is_begun_again_and_said_so(start: Starter) -> None:
    product = start()
    demo = product.wait_until_ready()
    for program, words in (
        ("deliver_webhooks", "The delivery of webhooks ended by itself"),
        ("bin/postgres -D", "The database ended by itself"),
        ("-m qsmartcare.web", "The web server ended by itself"),
    ):
        before = running(product, program)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda words=words: words in product.output)  # type: ignore[misc]
        wait_until(lambda: answers(product))
        assert not set(running(product, program)) & set(before)
    assert app_of(demo, "Demo").sign_in()["patient"] == "142859"
    assert product.interrupt() == 0
    assert product.processes() == []


def running(product: Product, program: str) -> list[int]:
    return [pid for pid, line in product.processes() if program in line]


def answers(product: Product) -> bool:
    try:
        return requests.get(f"{product.address}/readyz", timeout=30).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.usefixtures("used_folder")
def test_a_worker_that_dies_is_replaced_and_nothing_else_ends(start: Starter) -> None:
    product = start()
    demo = product.wait_until_ready()
    wait_until(lambda: bool(workers(product)))
    [first] = workers(product)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: bool(workers(product)) and workers(product) != [first])
    assert "A worker ended by itself" in product.output
    service = BulkClient(demo)
    service.sign_in()
    assert service.manifest(service.kick_off("Patient/$export", _type="Patient"))["output"]


def workers(product: Product) -> list[int]:
    return [pid for pid, line in product.processes() if "manage.py work" in line]


@pytest.mark.usefixtures("used_folder")
@pytest.mark.parametrize(
    ("number", "is_for_all"),
    [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGINT, False)],
)
def test_make_passes_the_end_on(start: Starter, number: signal.Signals, is_for_all: bool) -> None:
    product = start("make", "run")
    product.wait_until_ready()
    if is_for_all:
        product.interrupt(number)
    else:
        product.running.send_signal(number)
        product.wait_for_end()
    wait_until(lambda: not product.processes())
    assert "Error" not in product.output


@pytest.mark.usefixtures("used_folder")
def test_without_the_demo_nobody_signs_in_with_its_passwords(start: Starter, folder: Path) -> None:
    port = free_port()
    app = app_of(left_by_first_start(folder, port), "Demo")
    second = start(DEMO="0", PORT=str(port))
    wait_until(lambda: "is running" in second.output)
    assert app.ask().status_code == 401
    assert not (second.data_dir / "demo.json").exists()
