"""The public keys of apps: what is taken, and how they are fetched."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from fhirapi.smart.clients import fetch, jwks
from fhirapi.smart.clients.fetch import FetchProblem
from tests.smart.jwks import Publisher, ec_jwk, private_jwk, rsa_jwk, self_signed, serve


def wrong(*keys: Any) -> str:
    return " ".join(jwks.check({"keys": list(keys)}))


def test_rs384_and_es384_keys_are_usable() -> None:
    assert wrong(rsa_jwk(), ec_jwk()) == ""


def test_a_private_key_is_refused_and_the_pair_is_to_be_made_anew() -> None:
    assert "Send the public key only, and make a new pair." in wrong(private_jwk())


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kid": None}, "It needs a kid"),
        ({"kid": ""}, "It needs a kid"),
        ({"alg": "RS256"}, "Its alg must be RS384."),
        ({"alg": "none"}, "Its alg must be RS384."),
        ({"use": "enc"}, "Its use must be sig."),
        ({"key_ops": ["encrypt"]}, "Its key_ops must contain verify."),
        ({"kty": "oct"}, "Its kty must be RSA"),
        ({"kty": {}}, "Its kty must be RSA"),
        ({"kty": []}, "Its kty must be RSA"),
        ({"more": nested(9)}, "is nested too deeply"),
        ({"more": 2**64}, "a number that is too large"),
        ({"n": "!"}, "Its n and e are not those of an RSA key."),
        ({"n": 7}, "Its n and e are not those of an RSA key."),
        ({"e": "AQAAAAAB"}, "Its e is unusually large."),
    ],
)
def test_each_fault_of_a_key_is_named(change: dict[str, Any], words: str) -> None:
    assert words in wrong(rsa_jwk() | change)


@pytest.mark.parametrize("name", ["kty", "kid", "more"])
def test_no_depth_of_a_published_key_breaks_the_look_at_it(name: str) -> None:
    hostile = {"keys": [rsa_jwk() | {name: nested(900)}] * 2}
    assert all(report.problems for report in jwks.examine(hostile))
    assert jwks.usable(hostile) == []


def test_a_short_rsa_key_is_refused() -> None:
    assert "It has 1024 bits" in wrong(rsa_jwk(bits=1024))


def test_another_curve_and_a_point_beside_the_curve_are_refused() -> None:
    assert "Its crv must be P-384." in wrong(ec_jwk(curve=ec.SECP256R1()))
    assert "not a point of the curve" in wrong(ec_jwk() | {"y": ec_jwk()["y"]})


def test_two_keys_of_one_kid_are_refused() -> None:
    assert "Another key has the same kid." in wrong(rsa_jwk("one"), ec_jwk("one"))


@pytest.mark.parametrize("jwks_document", [None, [], "x", {}, {"keys": 1}, {"keys": ["x"]}])
def test_what_is_no_key_set_is_told_and_gives_no_keys(jwks_document: Any) -> None:
    assert len(jwks.check(jwks_document)) == 1
    assert jwks.usable(jwks_document) == []


@pytest.mark.parametrize("depth", [300, 900, 1020])
def test_a_set_that_cannot_be_written_again_is_refused(depth: int) -> None:
    deep = orjson.loads("[" * depth + "]" * depth)
    key = ec_jwk(x5c=deep)
    for jwk_set in ({"keys": [key]}, {"keys": [ec_jwk()], "more": deep}):
        assert jwks.check(jwk_set)[0].startswith("The set is nested too deeply")
    assert jwks.usable({"keys": [key]}) == []


def test_an_empty_and_an_endless_set_are_refused() -> None:
    assert jwks.check({"keys": []}) == ["The set holds no key."]
    assert jwks.check({"keys": [{}] * 21}) == ["The set holds more than 20 keys."]


def test_keys_by_value_are_found_by_their_kid_and_unusable_ones_never() -> None:
    good, bad = ec_jwk("good"), rsa_jwk("bad", alg="RS256")
    published = {"keys": [good, bad]}
    assert jwks.usable(published) == [good]
    assert jwks.usable(published, "good") == [good]
    assert jwks.usable(published, "bad") == jwks.usable(published, "other") == []


def test_keys_by_url_are_fetched_once_and_kept(publisher: Publisher) -> None:
    key = ec_jwk()
    publisher.publish(key)
    assert jwks.keys_at(publisher.url, "ec") == [key]
    assert jwks.keys_at(publisher.url) == [key]
    assert publisher.asked == 1


def test_an_unknown_kid_has_the_keys_fetched_again_but_not_all_the_time(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish(ec_jwk("old"))
    jwks.keys_at(publisher.url)
    publisher.publish(ec_jwk("new"))
    assert jwks.keys_at(publisher.url, "new") == []
    assert publisher.asked == 1
    monkeypatch.setattr(jwks, "REFETCHED_AFTER", 0.0)
    assert [key["kid"] for key in jwks.keys_at(publisher.url, "new")] == ["new"]


def test_keys_outlive_a_moment_in_which_their_server_is_down(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "REFETCHED_AFTER", 0.0)
    publisher.publish(ec_jwk())
    jwks.keys_at(publisher.url)
    publisher.status = 503
    assert jwks.keys_at(publisher.url, "unknown") == []
    assert len(jwks.keys_at(publisher.url)) == 1
    assert publisher.asked == 2


def test_slow_servers_of_apps_hold_only_a_few_requests(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "_fetching", threading.BoundedSemaphore(1))
    is_asked, may_end = threading.Event(), threading.Event()

    def stall(handler: BaseHTTPRequestHandler) -> None:
        is_asked.set()
        may_end.wait(5)

    publisher.instead = stall
    first = threading.Thread(target=problem, args=(publisher.url,))
    first.start()
    assert is_asked.wait(5)
    for url in (publisher.url, publisher.url.replace("jwks", "other")):
        assert "Try again in a few seconds." in problem(url)
    may_end.set()
    first.join()
    assert publisher.asked == 1


def problem(url: str) -> str:
    with pytest.raises(FetchProblem) as raised:
        jwks.keys_at(url)
    return str(raised.value)


def test_a_redirect_is_not_followed(publisher: Publisher) -> None:
    publisher.status, publisher.headers = 302, {"Location": publisher.url}
    assert problem(publisher.url) == "The server redirects elsewhere. Name the final address."
    assert publisher.asked == 1


def test_an_error_and_what_is_no_key_set_are_told(publisher: Publisher) -> None:
    publisher.status = 404
    assert "status 404" in problem(publisher.url)
    publisher.status = 200
    for body in (b"<html>", b"[]", b"\xff", b'{"keys": 1}', b"[" * 60_000):
        publisher.body = body
        with pytest.raises(FetchProblem, match="The document is not"):
            jwks.fetch_set(publisher.url)


def test_an_endless_document_is_not_read(publisher: Publisher) -> None:
    publisher.body = json.dumps({"keys": [], "more": "x" * fetch.MOST_BYTES}).encode()
    assert problem(publisher.url) == "The document is larger than 64 kB."


def test_a_server_that_answers_byte_by_byte_is_left_in_time(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(100):
            handler.wfile.write(b"H")
            handler.wfile.flush()
            time.sleep(0.05)

    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    publisher.instead = drip
    begun = time.monotonic()
    assert "did not answer within" in problem(publisher.url)
    assert time.monotonic() - begun < 2


def test_a_name_that_nobody_answers_for_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver waits for its servers as long as it likes."""
    is_asked = threading.Event()
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: is_asked.wait(5) and [])
    begun = time.monotonic()
    for number in range(6):
        assert "did not answer within" in problem(f"https://slow{number}.example.com/jwks")
    assert time.monotonic() - begun < 3
    is_asked.set()


def test_what_breaks_off_or_is_no_http_is_told(publisher: Publisher) -> None:
    publisher.instead = lambda handler: None
    assert "broke the answer off" in problem(publisher.url)
    publisher.url = publisher.url.replace("jwks.json", "other.json")
    publisher.instead = lambda handler: handler.wfile.write(b"SSH-2.0\r\n")
    assert "broke the answer off" in problem(publisher.url)


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/jwks",
        "https://192.168.1.1/jwks",
        "https://169.254.169.254/latest",
        "https://127.0.0.1/jwks",
        "https://localhost/jwks",
        "https://[::1]/jwks",
        "https://[::ffff:10.0.0.1]/jwks",
        "https://[64:ff9b::a00:1]/jwks",
        "https://[2002:a00:1::]/jwks",
        "https://[fe80::1]/jwks",
        "https://100.64.0.1/jwks",
        "https://0.0.0.0/jwks",
        "https://224.0.0.1/jwks",
        "https://2130706433/jwks",
        "https://0x7f.1/jwks",
    ],
)
def test_no_private_network_is_asked(url: str) -> None:
    assert problem(url).startswith("The host is in a private network.")


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.com/jwks",
        "ftp://app.example.com/jwks",
        "file:///etc/passwd",
        "https:///jwks",
        "https://user@app.example.com/jwks",
        "https://app.example.com/jwks#x",
        "https://app.example.com/a b",
        "https://app.example.com/\r\nX: y",
        "https://app.example.com:port/",
        "https://[/",
        "",
    ],
)
def test_other_addresses_are_not_even_tried(url: str) -> None:
    with pytest.raises(FetchProblem):
        fetch.fetch(url)
    assert fetch.is_fetchable(url)


def test_outside_of_the_demo_loopback_is_not_asked(
    publisher: Publisher, settings: Settings
) -> None:
    settings.DEMO = False
    assert problem(publisher.url) == "The address must begin with https://."
    assert publisher.asked == 0


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def secure(certificate: Path, settings: Settings) -> Iterator[Publisher]:
    settings.DEMO = True
    made, server = serve(certificate)
    yield made
    server.shutdown()
    server.server_close()


def test_an_https_server_is_known_by_its_certificate(
    secure: Publisher, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "was issued by nobody whom this server trusts" in problem(secure.url)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(fetch, "_tls", lambda: trusting)
    secure.publish(ec_jwk())
    assert len(jwks.fetch_set(secure.url)["keys"]) == 1
    elsewhere = secure.url.replace("localhost", "127.0.0.1")  # not in the certificate
    assert problem(elsewhere) == "The server's TLS certificate is not of this address."


def test_a_certificate_that_has_expired_is_refused_and_known_keys_keep_their_time(
    secure: Publisher, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = self_signed(tmp_path, ends_in=-timedelta(days=1))
    shown = [certificate]
    monkeypatch.setattr(fetch, "_tls", lambda: ssl.create_default_context(cafile=str(shown[-1])))

    def show(path: Path) -> None:
        secure.certificate(path)
        shown.append(path)

    secure.publish(ec_jwk())
    [key] = jwks.keys_at(secure.url)
    show(expired)
    with pytest.raises(FetchProblem, match="TLS certificate has expired"):
        jwks.fetch_set(secure.url)  # what a registration and the developer's page ask
    assert jwks.keys_at(secure.url) == [key], "known for a while"
    assert jwks.keys_at(secure.url, "another") == [], "looked for again, in vain"
    monkeypatch.setattr(jwks, "KEPT_SECONDS", 0.0)
    monkeypatch.setattr(jwks, "REFETCHED_AFTER", 0.0)
    with pytest.raises(FetchProblem, match="has expired"):
        jwks.keys_at(secure.url)
    show(certificate)
    assert jwks.keys_at(secure.url) == [key], "renewed: found without anybody's help"
    by_value = {"keys": [ec_jwk()]}
    assert jwks.usable(by_value) == by_value["keys"], "keys by value ask no server"
