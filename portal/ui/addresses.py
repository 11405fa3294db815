"""The API's addresses as people copy them, from the one setting that says where we are."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Addresses:
    base: str
    fhir: str
    token: str
    end_point: str
    single: str
    multiple: str
    oauth: str
    """Where OAuth's standard addresses begin."""

    @property
    def discovery(self) -> str:
        return f"{self.fhir}/.well-known/smart-configuration"

    @property
    def misspelt_token(self) -> str:
        """The guide writes ``oath2`` once; both spellings are answered."""
        return self.token.replace("/oauth2/", "/oath2/")


def addresses() -> Addresses:
    fhir = settings.FHIR_BASE_URL
    return Addresses(
        base=settings.BASE_URL,
        fhir=fhir,
        token=f"{fhir}/oauth2/token.php",
        end_point=f"{settings.BASE_URL}/patient-api/controller/patient-service.php",
        single=f"{fhir}/single",
        multiple=f"{fhir}/multiple/api",
        oauth=f"{fhir}/oauth2",
    )
