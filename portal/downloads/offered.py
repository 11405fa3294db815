"""What can be downloaded, as rows: where it is, under what name it is kept, what it is for."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLLECTION = "qsmartcare.postman_collection.json"
ENVIRONMENT = "qsmartcare.postman_environment.json"
PROVIDER_API = "qsmartcare-provider-access.openapi.json"


@dataclass(frozen=True)
class Download:
    words: str | Promise
    what: Promise
    form: str
    address: str
    file_name: str


def for_everybody() -> list[Download]:
    return [*_postman(), *_descriptions()]


def _postman() -> list[Download]:
    return [
        Download(
            _("Postman collection"),
            _(
                "A folder for each way to a token and for each resource type, with every search "
                "parameter. The token is stored and used by itself."
            ),
            "Postman 2.1",
            settings.BASE_URL + reverse("portal:postman-collection"),
            COLLECTION,
        ),
        Download(
            _("Postman environment"),
            _("The addresses of this installation, and empty places for your key or app."),
            "Postman",
            settings.BASE_URL + reverse("portal:postman-environment"),
            ENVIRONMENT,
        ),
    ]


def _descriptions() -> list[Download]:
    fhir = settings.FHIR_BASE_URL
    return [
        Download(
            _("OpenAPI of the FHIR API"),
            _(
                "Every type, interaction, search parameter and operation with examples, for "
                "generators of clients and documentation."
            ),
            "OpenAPI 3.1",
            f"{fhir}/openapi.json",
            "qsmartcare-fhir.openapi.json",
        ),
        Download(
            "CapabilityStatement",
            _("The same in the words of FHIR, for FHIR clients and validators."),
            "FHIR R4",
            f"{fhir}/metadata",
            "qsmartcare-capabilitystatement.json",
        ),
        Download(
            _("SMART configuration"),
            _("Addresses of authorization, scopes and capabilities, as apps discover them."),
            "SMART App Launch 2.2",
            f"{fhir}/.well-known/smart-configuration",
            "qsmartcare-smart-configuration.json",
        ),
        Download(
            "llms.txt",
            _("What this product is and where its documentation stands, for language models."),
            "Markdown",
            settings.BASE_URL + reverse("portal:llms"),
            "llms.txt",
        ),
    ]


def for_partners() -> list[Download]:
    return [
        Download(
            _("OpenAPI of the Provider Access API"),
            _("Flat records to read and write, the change feed and webhooks."),
            "OpenAPI 3.1",
            settings.BASE_URL + reverse("provider-openapi"),
            PROVIDER_API,
        )
    ]
