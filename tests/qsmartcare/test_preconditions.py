"""What is looked at before anything is started."""

import socket
from pathlib import Path

import pytest

from qsmartcare.preconditions import (
    Trouble,
    check_database_url,
    check_demo,
    check_port,
    lock_data_folder,
)


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_outside_the_range_is_named(port: int) -> None:
    with pytest.raises(Trouble, match="between 1 and 65535"):
        check_port("127.0.0.1", port)


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} is in use .* PORT="):
            check_port("127.0.0.1", port)


def test_a_host_that_is_not_this_machine_is_named() -> None:
    with pytest.raises(Trouble, match=r"HOST=203\.0\.113\.9"):
        check_port("203.0.113.9", 8000)


@pytest.mark.parametrize(
    ("host", "base_url"),
    [("192.0.2.7", "http://localhost:8000"), ("127.0.0.1", "http://192.0.2.7:8000")],
)
def test_a_demo_that_others_could_reach_is_refused_with_a_way_out(host: str, base_url: str) -> None:
    with pytest.raises(Trouble, match=r"DEMO=0.*HOST=127\.0\.0\.1"):
        check_demo(host, base_url)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_demo_for_this_machine_may_start(host: str) -> None:
    check_demo(host, "http://localhost:8000")


def test_a_folder_is_for_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        lock_data_folder(tmp_path),
        pytest.raises(Trouble, match="already running"),
        lock_data_folder(tmp_path),
    ):
        pass
    with lock_data_folder(tmp_path):
        pass


@pytest.mark.parametrize("url", ["nonsense", "mysql://user:s3cret@host/db"])
def test_a_database_url_that_is_none_is_not_repeated(url: str) -> None:
    with pytest.raises(Trouble) as trouble:
        check_database_url(url)
    assert "postgresql://" in str(trouble.value)
    assert "s3cret" not in str(trouble.value)
