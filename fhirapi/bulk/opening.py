"""Which types an export holds, and what of each: by what is asked for, and what the scopes open."""

from fhirapi.bulk.asked import PROVENANCE, Asked
from fhirapi.bulk.models import ExportJob
from fhirapi.definitions.schema import ResourceType
from fhirapi.smart.access.decision import Access, both
from fhirapi.smart.access.scopes import parse
from fhirapi.store.constraint import OPEN, Constraint


def access_of(job: ExportJob) -> Access:
    """What the scopes of the token that asked open."""
    return Access(parse(job.scope), job.context_patient)


def opened(asked: Asked, access: Access) -> list[tuple[ResourceType, Constraint]]:
    """The types that are exported, each with what the scopes open of it."""
    return [
        (each, constraint)
        for each in asked.resource_types()
        if (constraint := exported(each.name, access))
    ]


def exported(name: str, access: Access) -> Constraint:
    """What leaves in an export is found as by a search and told as by a read."""
    return both(access.constraint(name, "read"), access.constraint(name, "search-type"))


def is_whole(resource_type: ResourceType, constraint: Constraint, asked: Asked) -> bool:
    """Whether all resources are wanted that are of the exported patients, or the practice's."""
    if resource_type.name == PROVENANCE and asked.associated:
        return False
    return (
        constraint == OPEN
        and not resource_type.members
        and not asked.filters_of(resource_type.name)
    )


def whole_types(job: ExportJob) -> list[str]:
    asked = Asked.from_json(job.asked)
    return [
        each.name
        for each, constraint in opened(asked, access_of(job))
        if is_whole(each, constraint, asked)
    ]


def deletions_told_of(job: ExportJob) -> list[str]:
    """Types whose every resource the token opens: of what is gone nothing else can be asked."""
    asked = Asked.from_json(job.asked)
    return [
        each.name
        for each, constraint in opened(asked, access_of(job))
        if constraint == OPEN and not each.members
    ]
