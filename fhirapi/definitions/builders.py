"""Builders that let a declaration read like the table in the specification."""

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter


def _paths(code: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    return paths or (code,)


def token(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.TOKEN, _paths(code, paths))


def identifier(code: str = "identifier", *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.TOKEN, _paths(code, paths), is_nearly_unique=True)


def reference(code: str, *paths: str, to: str) -> SearchParameter:
    return SearchParameter(
        code, ParameterType.REFERENCE, _paths(code, paths), targets=tuple(to.split())
    )


def date(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.DATE, _paths(code, paths))


def string(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.STRING, _paths(code, paths))


def uri(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.URI, _paths(code, paths))


def column(code: str, kind: ParameterType) -> SearchParameter:
    """A parameter whose value is a column of the search row: nothing is indexed for it."""
    return SearchParameter(code, kind, paths=())


COMMON = (
    column("_id", ParameterType.TOKEN),
    column("_lastUpdated", ParameterType.DATE),
    token("_tag", "meta.tag"),
    token("_security", "meta.security"),
    uri("_profile", "meta.profile"),
)
"""Parameters of every type."""


def resource_type(
    name: str,
    words: str,
    *search: SearchParameter,
    patient: str | None = None,
    clinical_date: str | None = None,
    is_shared: bool = False,
) -> ResourceType:
    """A row; the search parameter ``patient`` follows from the compartment path."""
    own: tuple[SearchParameter, ...] = ()
    if patient and patient != "id":
        own = (reference("patient", patient, to="Patient"),)
    return ResourceType(name, words, (*own, *search, *COMMON), patient, clinical_date, is_shared)
