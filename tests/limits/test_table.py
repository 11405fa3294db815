"""Buckets that processes share: exact, even, nobody else's; a full table or disk refuses nobody."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fhirapi.limits import table
from fhirapi.limits.network import network_of
from fhirapi.limits.table import Table

TAKES = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
from pathlib import Path
from fhirapi.limits.table import Table
shared = Table(64)
shared.share(Path(sys.argv[1]))
sys.stdin.read()
print(sum(shared.take(sys.argv[2], 2_000, 100_000.0).wait == 0 for _ in range(2_000)))
"""


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, which stands still until a test moves it."""
    clock = [1_000_000.0]
    monkeypatch.setattr(table, "monotonic", lambda: clock[0])
    return clock


def taken(shared: Table, name: str, most: int, tries: int) -> int:
    return sum(shared.take(name, most).wait == 0 for _ in range(tries))


def test_a_bucket_holds_what_may_be_asked_in_a_minute_and_fills_evenly(now: list[float]) -> None:
    shared = Table(64)
    assert taken(shared, "app", 60, 100) == 60
    assert shared.take("app", 60).wait == 1
    now[0] += 10
    assert taken(shared, "app", 60, 100) == 10
    now[0] += 3600
    assert taken(shared, "app", 60, 100) == 60


def test_processes_share_a_bucket_that_one_alone_may_use_up(tmp_path: Path) -> None:
    """Two at once: nobody gets less than all, and hardly anything is given away twice."""
    command = [sys.executable, "-c", TAKES, str(tmp_path / "shared")]
    both = [
        subprocess.Popen([*command, "app"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for each in both:
        assert each.stdin is not None
        each.stdin.close()
    answers = [each.stdout.read() for each in both if each.stdout is not None]
    assert [each.wait() for each in both] == [0, 0]
    assert 2_000 <= sum(map(int, answers)) <= 3_000
    alone = Table(64)
    alone.share(tmp_path / "shared")
    assert taken(alone, "another", 50, 60) == 50


def test_a_second_process_goes_on_where_the_first_has_stopped(tmp_path: Path) -> None:
    first, second = Table(64), Table(64)
    first.share(tmp_path / "shared")
    assert taken(first, "app", 5, 4) == 4
    second.share(tmp_path / "shared")
    assert taken(second, "app", 5, 4) == 1
    assert first.take("app", 5).wait > 0


def test_one_name_does_not_use_up_another_even_where_there_is_no_room(now: list[float]) -> None:
    """Strangers with any number of addresses: what is pushed out begins anew."""
    full = Table(8)
    for number in range(1000):
        assert full.take(f"address {number}", 2).wait == 0


def test_who_asks_much_is_not_pushed_out_by_many_who_ask_little(now: list[float]) -> None:
    full = Table(64)
    assert taken(full, "greedy", 10, 10) == 10
    for number in range(1000):
        full.take(f"address {number}", 10)
    assert full.take("greedy", 10).wait > 0


def test_times_of_before_the_machine_was_started_anew_lock_nobody(
    tmp_path: Path, now: list[float]
) -> None:
    before = Table(64)
    before.share(tmp_path / "shared")
    assert taken(before, "app", 5, 9) == 5
    now[0] = 10.0  # the clock begins at zero with the machine
    after = Table(64)
    after.share(tmp_path / "shared")
    assert taken(after, "app", 5, 9) == 5


def test_without_room_on_the_disk_each_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    alone = Table(64)
    alone.share(tmp_path / "shared")
    assert taken(alone, "app", 5, 9) == 5
    assert "by itself" in caplog.text


def test_the_file_is_its_owners_and_has_its_space(tmp_path: Path) -> None:
    Table(64).share(tmp_path / "folder" / "shared")
    made = (tmp_path / "folder" / "shared").stat()
    assert (made.st_mode & 0o777, made.st_size) == (0o600, 64 * 16)
    assert made.st_blocks > 0


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, None),
    ],
)
def test_an_ipv6_network_is_one_address(address: str | None, stands_for: str | None) -> None:
    assert network_of(address) == stands_for
