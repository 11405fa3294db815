"""Builders that let a declaration read like the table in the specification."""

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter

ANY = "*"
"""As a target: every type there is (the registry puts them in)."""


PEOPLE = "Practitioner PractitionerRole Organization Patient RelatedPerson"
AUTHORS = f"{PEOPLE} Device"
"""Who may have written, done or asked for something."""


def _paths(code: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    return paths or (code,)


def token(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.TOKEN, _paths(code, paths))


def identifier(code: str = "identifier", *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.TOKEN, _paths(code, paths), is_nearly_unique=True)


def reference(code: str, *paths: str, to: str, is_narrow: bool = False) -> SearchParameter:
    """``to``: the target types that we have, separated by blanks."""
    return SearchParameter(
        code,
        ParameterType.REFERENCE,
        _paths(code, paths),
        targets=tuple(to.split()),
        is_narrow=is_narrow,
    )


def date(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.DATE, _paths(code, paths))


def string(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.STRING, _paths(code, paths))


def uri(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.URI, _paths(code, paths))


def quantity(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.QUANTITY, _paths(code, paths))


def number(code: str, *paths: str) -> SearchParameter:
    return SearchParameter(code, ParameterType.NUMBER, _paths(code, paths))


def either(code: str, *of: SearchParameter) -> SearchParameter:
    """A parameter that matches where one of the others does: it needs no index of its own."""
    paths = tuple(path for each in of for path in each.paths)
    return SearchParameter(code, of[0].type, paths, stored_as=tuple(each.code for each in of))


def composite(code: str, *parts: str) -> SearchParameter:
    """``code-value-quantity=8867-4$gt100``: parts that belong to the resource as a whole."""
    return SearchParameter(code, ParameterType.COMPOSITE, (), parts=parts)


def column(code: str, kind: ParameterType) -> SearchParameter:
    """A parameter whose value is a column of the search row: nothing is indexed for it."""
    return SearchParameter(code, kind, paths=())


COMMON = (
    column("_id", ParameterType.TOKEN),
    column("_lastUpdated", ParameterType.DATE),
    token("_tag", "meta.tag"),
    token("_security", "meta.security"),
    uri("_profile", "meta.profile"),
    uri("_source", "meta.source"),
)
"""Parameters of every type. https://hl7.org/fhir/R4/resource.html#search"""

COLUMN_PATHS = {"_id": "id", "_lastUpdated": "meta.lastUpdated"}
"""Where in a resource what a column holds is said."""


def resource_type(
    name: str,
    words: str,
    *search: SearchParameter,
    mandatory: str = "",
    summary: str = "",
    patient: str | None = None,
    has_several_patients: bool = False,
    clinical_date: str | None = None,
    is_shared: bool = False,
    members: str | None = None,
) -> ResourceType:
    """A row; the search parameter ``patient`` follows from the compartment path."""
    own: tuple[SearchParameter, ...] = ()
    if patient and patient != "id":
        own = (reference("patient", patient, to="Patient", is_narrow=True),)
    return ResourceType(
        name,
        words,
        (*own, *search, *COMMON),
        mandatory=tuple(mandatory.split()),
        summary=tuple(summary.split()),
        patient=patient,
        has_several_patients=has_several_patients,
        clinical_date=clinical_date,
        is_shared=is_shared,
        members=members,
    )
