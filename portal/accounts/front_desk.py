"""The group for staff who decide about accounts without being administrators of everything.

They approve providers, link identities, send recovery letters, lift sign-in locks and read the
audit trail. They do not edit accounts: whoever can change an email address can take the account.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

NAME = "Front desk"
RIGHTS = {
    "portal": ("view_account", "decide_account", "view_registration"),
    "fhirapi": ("view_auditrecord", "view_recordlink"),
}


@transaction.atomic
def ensure() -> Group:
    """Makes the group, or gives it exactly these rights again."""
    group, _ = Group.objects.get_or_create(name=NAME)
    wanted = Q(pk__in=[])
    for app, codenames in RIGHTS.items():
        wanted |= Q(content_type__app_label=app, codename__in=codenames)
    group.permissions.set(Permission.objects.filter(wanted))
    return group
