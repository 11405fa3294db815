"""Every page's address. Those of the vendor's guide are fixed (DESIGN.md section 2)."""

from django.urls import path

from portal.accounts.urls import urlpatterns as accounts
from portal.activity.urls import urlpatterns as activity
from portal.changes.urls import urlpatterns as changes
from portal.console.urls import urlpatterns as console
from portal.developers.urls import urlpatterns as developers
from portal.documentation.urls import urlpatterns as documentation
from portal.downloads.urls import urlpatterns as downloads
from portal.exports.urls import urlpatterns as exports
from portal.groups.urls import urlpatterns as groups
from portal.imports.urls import urlpatterns as imports
from portal.keys.urls import urlpatterns as keys
from portal.operations.announcing import put_away
from portal.partners.urls import urlpatterns as partners
from portal.patients.urls import urlpatterns as patients
from portal.record.urls import urlpatterns as record
from portal.status.urls import urlpatterns as status
from portal.subscriptions.urls import urlpatterns as subscriptions
from portal.team.urls import urlpatterns as team
from portal.ui.urls import urlpatterns as ui

_announcements = path("announcement/<int:announcement_id>/put-away/", put_away, name="put-away")

app_name = "portal"
urlpatterns = [
    *accounts, *keys, *patients, *groups, *record, *developers, *console, *exports, *imports,
    *activity, *team, *documentation, *downloads, *partners, *status, *changes,
    *subscriptions, *ui, _announcements,
]  # fmt: skip
