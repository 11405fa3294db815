"""All attacks, and who makes them."""

from hypothesis import strategies as st

from tests.fuzz import bodies, bulk, headers, oauth, pages, provider, searches
from tests.fuzz.attack import Attack
from tests.fuzz.sending import Request
from tests.fuzz.world import World

_APPS = ("patient", "provider", "in-part", "service")
_PEOPLE = ("page-patient", "page-provider", "page-developer")
_ANY = ("GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_STARTS = [
    "/",
    "/portal/",
    "/app/index.html",
    "/patient/index.html",
    "/app/registration.html",
    "/recover/",
    "/api-documentation.html",
    "/status/",
    "/changes/",
]


def attacks(world: World, *, most_pages: int = 250) -> list[Attack]:
    """``most_pages``: how many a person opens in search of forms."""
    samples = world.samples
    return [
        Attack("searches", _APPS, searches.requests(samples)),
        Attack("described FHIR", ("patient", "service"), provider.described(is_fhir=True)),
        Attack("writes", ("writer", "patient"), bodies.writes(samples)),
        Attack("patches", ("writer",), bodies.patches(samples)),
        Attack("bundles", ("writer", "in-part"), bodies.bundles(samples)),
        Attack("bulk", ("service", "partner", "patient"), bulk.requests(samples)),
        Attack("described provider API", ("partner",), provider.described(is_fhir=False)),
        Attack("provider API", ("partner", "writer", "patient"), provider.ours(samples)),
        Attack("OAuth", ("nobody", "page-patient"), oauth.requests(world.demo)),
        Attack("routes", ("nobody", "patient"), pages.routes(samples, methods=_ANY)),
        Attack("pages", _PEOPLE, pages.routes(samples, methods=("GET", "GET", "POST"))),
        Attack(
            "administration",
            ("page-admin",),
            pages.routes(samples, methods=("GET",), below="/admin/"),
        ),
        Attack("strangers", ("nobody",), _as_a_stranger(world), may_be_refused=True),
        *_of_forms(world, most_pages),
    ]


def _as_a_stranger(world: World) -> st.SearchStrategy[Request]:
    request = searches.requests(world.samples)
    return st.tuples(request, headers.bearer()).map(
        lambda each: Request(each[0].method, each[0].path, {"Authorization": each[1]}, each[0].body)
    )


def _of_forms(world: World, most: int) -> list[Attack]:
    return [
        Attack(f"forms of {name}", (name,), _deferred(world, name, most))
        for name in ("nobody", *_PEOPLE)
    ]


def _deferred(world: World, name: str, most: int) -> st.SearchStrategy[Request]:
    return st.deferred(lambda: _forms(world, name, most))


def _forms(world: World, name: str, most: int) -> st.SearchStrategy[Request]:
    """Looked for when they are needed, and once: that takes as long as many requests."""
    asker = world.askers[name]
    found = pages.forms(world.line, asker, _STARTS, most)
    assert found, f"{name} has met no form"
    return pages.filled(found, asker)
