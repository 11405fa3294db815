"""The token endpoint: access keys, and backend services beside their cryptographic floor.

python -m benchmarks.token

A backend service's token costs one verification (ES384) and one signature that nothing can save.
Each round measures floors beside the server: a bare view that does no more than our own pair, over
HTTP and with the same load generator; and how many pairs two processes do that have both cores for
themselves, for each algorithm that the signature could have.

On a machine that others use too, rates of different moments cannot be compared. So the CPU time of
a token (web server, PostgreSQL and load generator) is told beside that of a pair.
"""

import time
import uuid
from collections import defaultdict
from multiprocessing import get_context
from statistics import median
from typing import Any
from urllib.parse import quote

from benchmarks import cpu
from benchmarks.signatures import SIGN, verify_and_sign
from benchmarks.wire import get, measure, post, rate, server
from benchmarks.world import world

ROUNDS, SECONDS = 5, 3.0
PORT, FLOOR_PORT = 8301, 8302
ADDRESS = "/R4-patient-api/oauth2/token"
_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_A_SECOND = 4000
_PAIRS = 500


def main() -> None:
    with world() as made:
        client_id, private = _service()
        with (
            server("qsmartcare.wsgi:application", PORT) as web,
            server("benchmarks.floor:application", FLOOR_PORT),
        ):
            _of_keys(made.access_key_id, made.secret)
            _of_services(client_id, private, web)


def _of_keys(access_key_id: str, secret: str) -> None:
    request = post(
        f"{ADDRESS}.php",
        f"grant_type=authorization_code&Client_ID={access_key_id}&Client_secret={secret}",
    )
    rate(PORT, request, 2)  # warm up
    rates = [rate(PORT, request, SECONDS) for _ in range(ROUNDS)]
    print("Tokens for an access key a second:", ", ".join(f"{each:.0f}" for each in rates))
    print(f"Median {median(rates):.0f}/s (asked for: at least 300 on 2 cores)")


def _of_services(client_id: str, private: Any, web: int) -> None:
    measure(PORT, _requests(client_id, private, 1), 1, once=True)  # warm up
    pair = get("/signatures")
    rate(FLOOR_PORT, pair, 1)
    shares: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        requests = _requests(client_id, private, SECONDS)
        alone = {algorithm: _pairs_alone(algorithm) for algorithm in SIGN}
        view = rate(FLOOR_PORT, pair, SECONDS)
        reached, took = _measured(requests, web)
        print(f"Service tokens: {reached:.0f}/s; bare view {view:.0f}/s")
        shares["the bare view's rate"].append(reached / view)
        for algorithm, pairs in alone.items():
            cost = _cpu_of_a_pair(algorithm)
            print(f"    pairs with {algorithm} alone {pairs:.0f}/s, CPU of one {cost:.0f} us")
            shares[f"the rate of pairs with {algorithm} alone"].append(reached / pairs)
            shares[f"a token's CPU is a pair with {algorithm}"].append(cost / took)
    for of, each in sorted(shares.items()):
        print(f"Median {median(each):.2f} of {of} (asked for: 0.5)")


def _measured(requests: list[bytes], web: int) -> tuple[float, float]:
    """Tokens a second, and microseconds of CPU that each took; says where."""
    before = cpu.seconds(web), cpu.seconds(cpu.postmaster())
    found = measure(PORT, requests, SECONDS, once=True)
    after = cpu.seconds(web), cpu.seconds(cpu.postmaster())
    spent = [after[0] - before[0], after[1] - before[1], found.client_cpu]
    each = [seconds / found.answers * 1e6 for seconds in spent]
    print(f"CPU of a token: web {each[0]:.0f} us, PostgreSQL {each[1]:.0f}, client {each[2]:.0f}")
    return found.rate, sum(each)


def _cpu_of_a_pair(algorithm: str) -> float:
    began = time.process_time()
    for _ in range(_PAIRS):
        verify_and_sign(algorithm)
    return (time.process_time() - began) / _PAIRS * 1e6


def _requests(client_id: str, private: Any, seconds: float) -> list[bytes]:
    """Each with an assertion of its own, signed beforehand: that is the app's work."""
    return [
        post(
            ADDRESS,
            f"grant_type=client_credentials&scope={quote('system/*.rs')}"
            f"&client_assertion_type={quote(_TYPE)}"
            f"&client_assertion={_assertion(client_id, private)}",
        )
        for _ in range(int(_MOST_A_SECOND * seconds))
    ]


def _assertion(client_id: str, private: Any) -> str:
    import jwt
    from django.conf import settings

    claims = {
        "iss": client_id, "sub": client_id, "aud": f"{settings.FHIR_BASE_URL}/oauth2/token",
        "exp": int(time.time()) + 240, "jti": uuid.uuid4().hex,
    }  # fmt: skip
    return jwt.encode(claims, private, "ES384", headers={"kid": "bench"})


def _pairs_alone(algorithm: str) -> float:
    with get_context("spawn").Pool(2) as pool:
        return sum(pool.starmap(_pairs_a_second, [(algorithm, SECONDS / 2)] * 2))


def _pairs_a_second(algorithm: str, seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        verify_and_sign(algorithm)
        done += 1
    return done / (time.perf_counter() - began)


def _service() -> tuple[str, Any]:
    """An approved backend service with a key of its own."""
    import json

    from cryptography.hazmat.primitives.asymmetric import ec
    from django.db import connection
    from jwt.algorithms import ECAlgorithm

    from fhirapi.smart.clients import clients
    from fhirapi.smart.clients.registration import Details
    from fhirapi.smart.models import Client
    from fhirapi.smart.tokens import backend_access

    private = ec.generate_private_key(ec.SECP384R1())
    public = json.loads(ECAlgorithm.to_jwk(private.public_key()))
    jwk = {**public, "kid": "bench", "alg": "ES384", "use": "sig"}
    details = Details(
        kind=Client.Kind.BACKEND, name="Bench", scopes=("system/*.rs",), jwks={"keys": [jwk]}
    )
    client = clients.register(details, owner=None)
    backend_access.approve(client, by=None)
    client_id = str(client.client_id)
    connection.close()
    return client_id, private


if __name__ == "__main__":
    main()
