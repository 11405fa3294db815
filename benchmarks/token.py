"""The token endpoint: an access key exchanged for a pair of tokens, audit included.

python -m benchmarks.token
"""

from statistics import median

from benchmarks.wire import post, rate, server
from benchmarks.world import world

ROUNDS, SECONDS = 5, 4.0


def main() -> None:
    with world() as made, server("qsmartcare.wsgi:application", 8301):
        request = post(
            "/R4-patient-api/oauth2/token.php",
            "grant_type=authorization_code"
            f"&Client_ID={made.access_key_id}&Client_secret={made.secret}",
        )
        rate(8301, request, 2)  # warm up
        rates = [rate(8301, request, SECONDS) for _ in range(ROUNDS)]
    print("Tokens a second:", ", ".join(f"{each:.0f}" for each in rates))
    print(f"Median {median(rates):.0f}/s (asked for: at least 300 on 2 cores)")


if __name__ == "__main__":
    main()
