"""Headers that a client may send: right, odd, and such as no client would."""

import base64
import json

from hypothesis import strategies as st

from tests.fuzz import values

_CHOICES = {
    "Accept": (
        "application/fhir+json",
        "application/json",
        "*/*",
        "text/html",
        "application/fhir+xml",
        "application/fhir+json;fhirVersion=4.0",
        "application/fhir+json;fhirVersion=9",
        "application/json;q=0",
        "q=1",
        ";;;",
        "*/*;q=abc",
        "text/*;q=1e9",
        "application/pdf",
        ",,,",
        "a/b" * 200,
    ),
    "Prefer": (
        "return=minimal",
        "return=representation",
        "return=OperationOutcome",
        "handling=strict",
        "handling=lenient",
        "respond-async",
        "wait=-1",
        "handling=",
        "return",
        ";;",
        "respond-async, handling=strict",
    ),
    "If-Match": (
        'W/"1"',
        'W/"2"',
        '"1"',
        "1",
        "*",
        'W/"99999999999999999999"',
        'W/""',
        'W/"a"',
        '"',
        'W/"1", W/"2"',
        "W/",
        'W/"\u0661"',
    ),
    "If-None-Match": ('W/"1"', "*", '"', 'W/"1", W/"2"', 'W/"\u00e9"', 'W/"' + "9" * 40 + '"'),
    "If-Modified-Since": (
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 9999 07:28:00 GMT",
        "now",
        "0",
        "Thu, 01 Jan 0001 00:00:00 GMT",
        "Mon, 99 Foo 20a5 99:99:99 GMT",
    ),
    "If-None-Exist": (
        "identifier=x",
        "_id=1",
        "",
        "?",
        "Patient?_id=1",
        "identifier=%00",
        "a=b&a=b",
        "_count=1",
        "birthdate=xx",
        "name:exact=%ff",
    ),
    "Range": (
        "bytes=0-1",
        "bytes=-1",
        "bytes=5-1",
        "bytes=0-0,2-3",
        "bytes=",
        "bytes=a-b",
        "items=1-2",
        "bytes=99999999999999999999-",
        "bytes=0-" + "9" * 30,
        "bytes=\u0661-",
    ),
    "Accept-Encoding": ("gzip", "br", "identity", "gzip;q=0", "*;q=0", "zstd", ";", "gzip;q=x"),
    "Accept-Language": (
        "es",
        "en-US,es;q=0.5",
        "xx",
        "*",
        "e" * 300,
        "es;q=x",
        ";;",
        "zh-hans-cn-x-y",
    ),
    "Origin": ("http://localhost:9876", "null", "https://evil.example", "http://[", "file://", ""),
    "X-Forwarded-For": ("1.2.3.4", "x", "::1", "1.2.3.4, 5.6.7.8", "\u00e9"),
    "X-Forwarded-Host": ("evil.example",),
    "X-HTTP-Method-Override": ("DELETE",),
    "Referer": ("http://evil.example/", "x", "http://["),
    "HX-Request": ("true", "x"),
    "Idempotency-Key": ("k1", "", "a" * 300, "\u00e9", '"q"'),
    "Expect": ("100-continue",),
    "User-Agent": ("", "a" * 2000, "\u00e9"),
    "Cookie": (
        "qsmartcare_language=xx",
        "qsmartcare_session=x",
        "csrftoken=x",
        "a",
        "=;=;",
        "\u00e9=1",
    ),
    "Upgrade-Insecure-Requests": ("1",),
    "traceparent": ("00-x",),
}


def odd() -> st.SearchStrategy[dict[str, str]]:
    """Mostly none."""
    one = st.sampled_from(sorted(_CHOICES)).flatmap(
        lambda name: st.tuples(st.just(name), st.one_of(st.sampled_from(_CHOICES[name]), free()))
    )
    return st.one_of(st.just({}), st.just({}), st.lists(one, min_size=1, max_size=3).map(dict))


def free() -> st.SearchStrategy[str]:
    """Without what ends a header: that would be another request."""
    return values.text().map(
        lambda each: "".join(
            letter
            for letter in each
            if letter not in "\r\n\x00" and not "\ud800" <= letter <= "\udfff"
        )[:500]
    )


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def bearer() -> st.SearchStrategy[str]:
    """What is no token of ours but may look like one."""
    scalar = st.one_of(
        st.none(), st.booleans(), st.integers(), values.text(), st.just([]), st.just({})
    )
    header = st.fixed_dictionaries(
        {},
        optional={
            "alg": st.sampled_from(("none", "RS256", "HS256", "ES384", 1, None)),
            "kid": scalar,
            "typ": scalar,
            "jku": st.just("http://localhost:1/x"),
            "crit": scalar,
            "b64": scalar,
        },
    )
    claims = st.one_of(
        scalar,
        st.dictionaries(
            st.sampled_from(
                ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "patient")
            ),
            scalar,
            max_size=5,
        ),
    )
    made = st.tuples(header, claims, st.sampled_from(("", "AAAA", "A", "=", "%", "A" * 342))).map(
        lambda each: f"{_part(each[0])}.{_part(each[1])}.{each[2]}"
    )
    token = st.one_of(made, free(), st.just("a.b.c"), st.just("..."), st.just("." * 2000))
    scheme = st.sampled_from(("Bearer ", "bearer ", "Bearer", "Basic ", "DPoP ", "", "Bearer  "))
    return st.tuples(scheme, token).map("".join)
