"""The groups of staff who are not administrators of everything, and what each may do.

None of them edits accounts: whoever can change an email address can take the account.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

GROUPS: dict[str, tuple[str, ...]] = {
    # Approves providers, links identities, sends recovery letters, lifts sign-in locks.
    "Front desk": (
        "portal.view_account", "portal.decide_account", "portal.view_registration",
        "fhirapi.view_auditrecord", "fhirapi.view_recordlink",
    ),
    # Looks at apps and decides about them, and about backend services.
    "App review": (
        "portal.review_app", "portal.approve_service", "fhirapi.view_client",
    ),
    # Reads who did what, and takes it away as a file.
    "Auditor": (
        "fhirapi.view_auditrecord", "portal.export_audit", "fhirapi.view_recordlink",
        "fhirapi.view_dataaccessgrant", "portal.see_operations",
    ),
    # Sees how the installation is, runs jobs, ends exports and imports, announces what people
    # should know.
    "Operations": (
        "portal.see_operations", "portal.run_job", "portal.view_jobrun",
        "portal.view_announcement", "portal.add_announcement", "portal.change_announcement",
        "portal.delete_announcement", "portal.view_incident", "portal.add_incident",
        "portal.change_incident", "portal.view_incidentupdate", "portal.add_incidentupdate",
        "fhirapi.view_exportjob", "fhirapi.change_exportjob",
        "fhirapi.view_importjob", "fhirapi.change_importjob",
    ),
}  # fmt: skip


@transaction.atomic
def ensure() -> list[Group]:
    """Makes the groups, or gives each exactly its rights again."""
    return [_ensure(name, rights) for name, rights in GROUPS.items()]


def _ensure(name: str, rights: tuple[str, ...]) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    wanted = Q(pk__in=[])
    for app, codename in (right.split(".") for right in rights):
        wanted |= Q(content_type__app_label=app, codename=codename)
    group.permissions.set(Permission.objects.filter(wanted))
    return group
