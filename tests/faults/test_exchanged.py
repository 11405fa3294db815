"""New processes for old ones, while clients keep asking over connections that stay open."""

import signal

from tests.faults.conftest import Installation
from tests.product import wait_until


def test_no_request_fails_while_the_web_processes_are_exchanged(installation: Installation) -> None:
    load, before = installation.load("exchange"), installation.web()
    with load.running(6):  # fewer than places: nobody has to wait for one
        wait_until(lambda: len(load.acknowledged) > 20)
        installation.product.running.send_signal(signal.SIGUSR1)
        wait_until(lambda: set(installation.web()) & set(before) == {before[0]}, 120)
        wait_until(lambda: len(installation.web()) == 3)
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert not load.unanswered
    assert not load.refused
    assert set(load.read) == {200}
    load.assert_kept(installation.database_url)
