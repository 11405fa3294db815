"""GET Patient with a valid token, audit included, against a bare Django view with one statement.

    python -m benchmarks.read

Both servers run in turn, several times; the ratio of the medians is the figure to quote.
"""

from statistics import median

from benchmarks.wire import get, rate, server
from benchmarks.world import world

ROUNDS, SECONDS = 5, 3.0


def main() -> None:
    with (
        world() as made,
        server("qsmartcare.wsgi:application", 8301),
        server("benchmarks.floor:application", 8302),
    ):
        ours = get(f"/R4-patient-api/Patient/{made.patient_ids[0]}", made.access_token)
        floor = get(f"/Patient/{made.patient_ids[0]}")
        rate(8301, ours, 2), rate(8302, floor, 2)  # warm up
        pairs = [(rate(8301, ours, SECONDS), rate(8302, floor, SECONDS)) for _ in range(ROUNDS)]
    for mine, bare in pairs:
        print(f"GET Patient {mine:7.0f}/s   bare view {bare:7.0f}/s   ratio {mine / bare:.2f}")
    ratio = median(mine / bare for mine, bare in pairs)
    print(f"Median ratio {ratio:.2f} (asked for: at least 0.60)")


if __name__ == "__main__":
    main()
