"""What pages tell browsers and caches, where links lead, and who may send their forms."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from qsmartcare.wsgi import is_api
from tests.security.attacker import DOOR, Attacker

PERSONAL = ("/portal/", "/portal/api/", "/portal/activity/", "/portal/settings/", "/", "/portal/?x")
AUTHORIZE = "/R4-patient-api/oauth2/authorize"
ONE_CLICK = "/subscriptions/<str:signed>/unsubscribe/"
"""RFC 8058: a mail program unsubscribes by a POST without a page, on a link that is a secret."""


def every(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from every(each.url_patterns, path)
        elif isinstance(each, URLPattern):
            yield path, each.callback


def test_only_addresses_without_a_session_take_forms_without_their_token() -> None:
    exempt = {
        f"/{path.removeprefix('^')}"
        for path, view in every(get_resolver().url_patterns)
        if getattr(view, "csrf_exempt", False)
    }
    assert len(exempt) > 20
    assert {path for path in exempt if not is_api(path)} == {ONE_CLICK, AUTHORIZE}


@pytest.mark.parametrize("form", [{}, {"csrfmiddlewaretoken": "made-up"}])
def test_nobody_approves_an_app_by_a_form_of_another_site(
    attacker: Attacker, form: dict[str, str]
) -> None:
    """What has no token is the request of an app, which is asked anew as a GET."""
    attacker.sign_in_as("provider")
    client = attacker.demo["clients"]["public"]
    query = {
        "response_type": "code", "client_id": client["client_id"], "state": "s",
        "redirect_uri": client["redirect_uris"][0], "scope": "patient/*.rs",
        "aud": attacker.demo["fhir_base_url"], "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }  # fmt: skip
    posted = {**query, "decision": "approve", "grant": "patient/*.rs", **form}
    answer = attacker.ask("POST", AUTHORIZE, params=query, data=posted)
    assert answer.status_code in (302, 303, 403)
    assert "code=" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("page", PERSONAL)
def test_what_is_somebodys_own_is_kept_by_no_cache(attacker: Attacker, page: str) -> None:
    attacker.sign_in_as("provider")
    answer = attacker.get(page)
    assert answer.status_code in (200, 302)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("page", [DOOR, "/", "/api-documentation.html", "/nowhere", "/recover/"])
def test_every_page_has_its_headers(attacker: Attacker, page: str) -> None:
    told = attacker.get(page).headers
    policy = dict(part.strip().split(" ", 1) for part in told["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not {"script-src", "style-src"} & set(policy)  # nothing weaker than default-src
    assert told["X-Frame-Options"] == "DENY"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Referrer-Policy"] == "same-origin"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert told["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in told["Permissions-Policy"]


def test_no_answer_of_the_api_is_kept_or_guessed_at(attacker: Attacker) -> None:
    told = attacker.get("/R4-patient-api/Patient/142859", headers=attacker.token()).headers
    assert told["Cache-Control"] == "private, no-store"
    assert told["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https:evil.example", "/\\evil.example", "/\t/evil.example",
     "\\/evil.example", "http:///evil.example", "javascript:alert(1)",
     "/portal/\r\nSet-Cookie: a=b"],
)  # fmt: skip
def test_no_link_leads_through_the_door_to_another_site(attacker: Attacker, elsewhere: str) -> None:
    account = attacker.demo["accounts"]["patient"]
    named = {name: account[name] for name in ("username", "password", "pin")}
    answer = attacker.fill_in(DOOR, **named, next=elsewhere)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert "a" not in answer.cookies


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:1@evil"])
def test_a_forged_host_gets_no_page_and_is_in_no_link(attacker: Attacker, host: str) -> None:
    page = attacker.get(DOOR, headers={"Host": host})
    assert page.status_code == 400
    assert "evil" not in page.text
    metadata = attacker.get("/R4-patient-api/metadata", headers={"Host": host})
    assert "evil" not in metadata.text


def test_letters_lead_where_the_settings_say(attacker: Attacker) -> None:
    told = {"Host": f"localhost:{attacker.target.port}", "X-Forwarded-Host": "evil.example"}
    attacker.http.headers.update(told)
    attacker.fill_in("/recover/", email="nobody.has.this@example.com")
    letters = [each.read_text() for each in (attacker.target.data_dir / "outbox").iterdir()]
    links = {link for letter in letters for link in re.findall(r"https?://[^/\s]+", letter)}
    assert links
    assert not any("evil" in link for link in links)


def test_cookies_are_kept_from_scripts_and_other_sites(attacker: Attacker) -> None:
    attacker.sign_in_as("provider")
    assert len(attacker.http.cookies) >= 4
    for cookie in attacker.http.cookies:
        assert cookie.has_nonstandard_attr("HttpOnly"), cookie.name
        assert cookie.get_nonstandard_attr("SameSite") == "Lax", cookie.name


@pytest.mark.parametrize(
    "line",
    [
        "SESSION_COOKIE_NAME.startswith('__Host-')", "CSRF_COOKIE_NAME.startswith('__Host-')",
        "LANGUAGE_COOKIE_NAME.startswith('__Host-')", "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_HSTS_SECONDS >= 31536000",
        "COOKIE_PREFIX == '__Host-'",
    ],
)  # fmt: skip
def test_behind_tls_cookies_belong_to_this_host_alone(line: str, of_tls: dict[str, Any]) -> None:
    assert eval(line, of_tls)  # noqa: S307 - the lines above


@pytest.fixture(scope="module")
def of_tls() -> Iterator[dict[str, Any]]:
    """The settings where BASE_URL begins with https."""
    source = (settings.ROOT / "qsmartcare" / "settings.py").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("BASE_URL", "https://ehr.example.org")
        read: dict[str, Any] = {"__file__": str(settings.ROOT / "qsmartcare" / "settings.py")}
        exec(compile(source, "settings.py", "exec"), read)  # noqa: S102 - our own file
        yield read
