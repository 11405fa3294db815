"""Whether a row is the caller's to see: by its patient, as practice data, or by its members.

``IsSeen`` is one of the questions of ``store/caller.py`` about a single patient; which of them is
right depends on the statement.
"""

from collections.abc import Callable

from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams.keys import parameter_key
from fhirapi.searchparams.paths import json_path

IsSeen = Callable[[str], str]
"""From an SQL expression for a patient's id to the condition that the caller may see them."""

# A patient of another server is taken for ours: then the list is not shown, rather than wrongly.
_PATIENT = "(?:^|/)Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?$"


def visible(resource_type: ResourceType, row: str, is_seen: IsSeen) -> str:
    """The condition on a row of ``fhirapi_content`` or ``fhirapi_searchrow``."""
    if resource_type.is_shared:
        return f"{row}.patient_id IS NULL"
    if resource_type.members:
        return _all_seen(_members(resource_type, row), is_seen("member.target_id"))
    return is_seen(f"{row}.patient_id")


def visible_version(resource_type: ResourceType, row: str, is_seen: IsSeen) -> str:
    """The condition on any version: what was replaced has no links, so its JSON is asked."""
    if not resource_type.members:
        return visible(resource_type, row, is_seen)
    parameter = resource_type.parameter(resource_type.members)
    paths = parameter.paths if parameter else ()
    found = " UNION ALL ".join(
        f"SELECT substring(path #>> '{{}}' FROM '{_PATIENT}') AS id "  # noqa: S608 - our own paths
        f"FROM jsonb_path_query({row}.content::jsonb, '{json_path(path)}.reference') path"
        for path in paths
    )
    patients = f"FROM ({found}) member WHERE member.id IS NOT NULL"
    is_visible = _all_seen(patients, is_seen("member.id"))
    return f"CASE WHEN {row}.is_deleted THEN false ELSE {is_visible} END"


def visible_or_gone(resource_type: ResourceType, row: str, is_seen: IsSeen) -> str:
    """The condition on a row of ``fhirapi_content``, deleted ones too: a deleted list is still
    visible to whom its last version was, so that they can bring it back.
    """
    if not resource_type.members:
        return visible(resource_type, row, is_seen)
    last = (
        f"(SELECT {visible_version(resource_type, 'last', is_seen)} FROM fhirapi_version last "  # noqa: S608 - our own expressions
        f"WHERE last.resource_type = {row}.resource_type AND last.resource_id = {row}.resource_id "
        "AND NOT last.is_deleted ORDER BY last.version_id DESC LIMIT 1)"
    )
    return f"CASE WHEN {row}.is_deleted THEN {last} ELSE {visible(resource_type, row, is_seen)} END"


def members_of(resource_type: ResourceType, row: str) -> str:
    """A query for the patients on a list, for the audit trail."""
    return f"SELECT member.target_id AS patient_id {_members(resource_type, row)}"


def _members(resource_type: ResourceType, row: str) -> str:
    key = parameter_key(resource_type.name, resource_type.members or "")
    return (
        f"FROM fhirapi_searchlink member WHERE member.row_id = {row}.id "
        f"AND member.key = '{key}'::bigint AND member.target_type = 'Patient'"
    )


def _all_seen(patients: str, is_seen: str) -> str:
    """A list without patients is nobody's."""
    return (
        f"(EXISTS (SELECT {patients}) "
        f"AND NOT EXISTS (SELECT {patients} AND ({is_seen}) IS NOT TRUE))"
    )
