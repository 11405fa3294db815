"""``llms.txt``: what a language model should know of the product. https://llmstxt.org

In English, as the API is. Links lead to what can be read without an account.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from portal.documentation.chapters import CHAPTERS

_HEAD = """\
# QSmartCare FHIR API

> The developer portal and FHIR R4 API of QSmartCare, an EHR for small practices: patients and
> providers make access keys or approve SMART apps, and apps read (and, as approved partners,
> write) their records as FHIR R4 in JSON, shaped by US Core.

- FHIR base: `{fhir}`
- A token for an access key: POST `{fhir}/oauth2/token` with `grant_type=authorization_code`,
  `Client_ID` (AccessKeyID), `Client_secret` (SecretAccessKey) and no code
- Apps: SMART App Launch 2.2 with PKCE (S256), `aud` is the FHIR base; backend services:
  `client_credentials` with a signed assertion (RS384, ES384)
- Then `Authorization: Bearer <access token>` with every request; it works for {minutes} minutes
- Every failure of the FHIR API is an OperationOutcome whose `diagnostics` says what to do
"""


@dataclass(frozen=True)
class Link:
    name: str
    address: str
    words: str


def text() -> str:
    head = _HEAD.format(fhir=settings.FHIR_BASE_URL, minutes=settings.ACCESS_TOKEN_LIFETIME // 60)
    parts = [
        head,
        _section("Documentation", chapters()),
        _section("API descriptions", _descriptions()),
        _section("Optional", _optional()),
    ]
    return "\n".join(parts)


def chapters() -> list[Link]:
    """The documentation's, as Markdown."""
    return [
        Link(each.title, f"{settings.BASE_URL}{each.address}.md", each.summary) for each in CHAPTERS
    ]


def _descriptions() -> list[Link]:
    fhir = settings.FHIR_BASE_URL
    base = settings.BASE_URL
    return [
        Link("OpenAPI 3.1", f"{fhir}/openapi.json", "types, searches, operations, scopes"),
        Link("CapabilityStatement", f"{fhir}/metadata", "the same in FHIR's words"),
        Link("SMART configuration", f"{fhir}/.well-known/smart-configuration",
             "addresses of authorization, scopes, capabilities"),
        Link("Postman collection", base + reverse("portal:postman-collection"),
             "requests for every type"),
    ]  # fmt: skip


def _optional() -> list[Link]:
    base = settings.BASE_URL
    return [
        Link("Downloads", base + reverse("portal:downloads"), "all of these files"),
        Link("Provider Access API", f"{settings.PROVIDER_BASE_URL}/",
             "flat records for approved partners"),
    ]  # fmt: skip


def _section(name: str, links: Iterable[Link]) -> str:
    lines = [f"- [{each.name}]({each.address}): {each.words}" for each in links]
    return "\n".join([f"## {name}", "", *lines, ""])
