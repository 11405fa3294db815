"""An export in plain words: how it is, what it holds, who asked for it, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from fhirapi.bulk import jobs
from fhirapi.bulk.in_portal import PORTAL, Group
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.smart.access import granular
from fhirapi.smart.models import AccessKey, Client
from portal.exports.own import Export

State, Level = ExportJob.State, ExportJob.Level

_LEVELS: dict[str, str | Promise] = {
    Level.SYSTEM: gettext_lazy("Patients, and what the practice shares"),
    Level.PATIENT: gettext_lazy("All patients"),
    Level.GROUP: gettext_lazy("A group of patients"),
}
_FEW = 3


@dataclass(frozen=True)
class Status:
    words: str
    look: str
    """Of its badge."""


def status(export: Export) -> Status:
    match export.job.state:
        case State.QUEUED:
            return Status(_("Waiting"), "")
        case State.RUNNING:
            return Status(_("Running"), "warn")
        case State.FAILED:
            return Status(_("Failed"), "bad")
        case State.CANCELLED:
            return Status(_("Deleted") if export.was_done else pgettext("export", "Cancelled"), "")
    return Status(_("Ready"), "good") if export.is_ready else Status(_("Expired"), "")


def holds(job: ExportJob, groups: dict[str, str]) -> str:
    """Whose data. ``groups``: names by id, of those that may still be told."""
    if job.level == Level.GROUP and (name := groups.get(job.group_id or "")):
        return _("Group: %(name)s") % {"name": name}
    return str(_LEVELS[job.level])


def names(groups: Iterable[Group]) -> dict[str, str]:
    return {each.id: each.name for each in groups}


def kinds(job: ExportJob) -> str:
    """Which types of data; a long list ends with how many more there are."""
    types = job.asked.get("types") or []
    if not types:
        return _("All kinds of data")
    told = [granular.type_in_words(each, _) for each in types[:_FEW]]
    if rest := len(types) - len(told):
        more = ngettext("and %(rest)d more kind", "and %(rest)d more kinds", rest)
        told.append(more % {"rest": rest})
    return "; ".join(told)


def kind_of(file: ExportFile) -> str:
    match file.kind:
        case ExportFile.Kind.DELETED:
            return _("What was deleted since")
        case ExportFile.Kind.ERROR:
            return _("What could not be exported")
    return granular.type_in_words(file.resource_type, _)


def askers(client_ids: Iterable[str]) -> dict[str, str]:
    """By whom an export was asked for: names of apps and keys by client_id."""
    wanted = set(client_ids)
    keys = dict(
        AccessKey.objects.filter(access_key_id__in=wanted).values_list("access_key_id", "label")
    )
    apps = dict(Client.objects.filter(client_id__in=wanted).values_list("client_id", "name"))
    found = {each: apps.get(each) or each for each in wanted}
    for key, label in keys.items():
        found[key] = label or _("Access key %(id)s") % {"id": key}
    return {**found, PORTAL: _("You, here")}


_UNFORESEEN = "Something went wrong that we did not foresee."


def what_failed(job: ExportJob) -> str:
    """What happened and the way out; for what is not known here, empty."""
    if job.error == jobs.ACCESS_ENDED:
        return _(
            "The access that it was asked with has ended: the key was switched off, or the app has "
            "lost its access. Begin a new export here, or ask again with access that works."
        )
    if job.error.startswith(_UNFORESEEN) or not job.error:
        return _(
            "Something went wrong that we did not foresee. Begin it again; if it fails again, tell "
            "your administrator the number of the export."
        )
    return ""
