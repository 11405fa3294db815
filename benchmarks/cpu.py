"""CPU time of processes and all below them, from Linux's /proc: others' load does not enter it."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(root: int) -> float:
    """User and system time of the process and of its descendants, also of those that have ended."""
    below: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = entry.read_text().rpartition(")")[2].split()
        except OSError:  # gone just now
            continue
        pid = int(entry.parent.name)
        below[int(told[1])].append(pid)
        used[pid] = sum(map(int, told[11:15])) / _TICKS
    total, left = 0.0, [root]
    while left:
        pid = left.pop()
        total += used.get(pid, 0)
        left += below[pid]
    return total


def postmaster() -> int:
    """The process of the embedded server, see world.py."""
    lock = Path(os.environ["DATA_DIR"], "postgres", "postmaster.pid")
    return int(lock.read_text().splitlines()[0])
