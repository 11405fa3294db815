"""How much of a read is its audit record, mac and all: processor time of web server and database.

    python -m benchmarks.read_audit

The product and the product without its trail serve in turn; the load generator is left out.
"""

from statistics import median

from benchmarks.cpu import postmaster, seconds
from benchmarks.wire import get, measure, server
from benchmarks.world import world

ROUNDS, SECONDS = 7, 3.0


def main() -> None:
    with (
        world() as made,
        server("qsmartcare.wsgi:application", 8311) as ours,
        server("benchmarks.unaudited:application", 8312) as without,
    ):
        request = get(f"/R4-patient-api/Patient/{made.patient_ids[0]}", made.access_token)
        _cost(8311, ours, request, 2), _cost(8312, without, request, 2)  # warm up
        pairs = [
            (_cost(8311, ours, request, SECONDS), _cost(8312, without, request, SECONDS))
            for _ in range(ROUNDS)
        ]
    for audited, bare in pairs:
        print(f"audited {audited:4.0f} µs   without {bare:4.0f} µs   {1 - bare / audited:.0%}")
    share = median(1 - bare / audited for audited, bare in pairs)
    print(f"Of a read, the trail is {share:.0%} (asked for: at most 15 %)")


def _cost(port: int, pid: int, request: bytes, length: float) -> float:
    """Microseconds of processor a request: web server and database."""
    before = seconds(pid) + seconds(postmaster())
    measured = measure(port, [request], length)
    return (seconds(pid) + seconds(postmaster()) - before) / measured.answers * 1e6


if __name__ == "__main__":
    main()
