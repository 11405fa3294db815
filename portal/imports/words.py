"""An import in plain words: how it is, which files, and what went wrong."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fhirapi.bulk.importing.models import ImportInput, ImportJob
from fhirapi.bulk.jobs import ACCESS_ENDED
from fhirapi.smart.access import granular
from portal.exports.words import Status
from portal.imports.own import Import

State = ImportJob.State


def status(of_import: Import) -> Status:
    match of_import.job.state:
        case State.FETCHING:
            return Status(_("Fetching the files"), "warn")
        case State.RUNNING:
            return Status(_("Storing"), "warn")
        case State.FAILED:
            return Status(_("Failed"), "bad")
        case State.CANCELLED:
            return Status(pgettext("import", "Cancelled"), "")
    if of_import.rejected:
        return Status(_("Done, with rejected lines"), "warn")
    return Status(pgettext("import", "Done"), "good")


def kind_of(of_input: ImportInput) -> str:
    return granular.type_in_words(of_input.resource_type, _)


def name_of(of_input: ImportInput) -> str:
    """The last step of its address: the rest may hold what opens the file."""
    return urlsplit(of_input.url).path.rpartition("/")[2]


def what_failed(job: ImportJob) -> str:
    """What happened and the way out; for what its developer is told of a file, empty."""
    if job.error == ACCESS_ENDED:
        return _(
            "The access that it was asked with has ended: the key was switched off, or the app has "
            "lost its access. What was stored before stays; the import can be repeated with access "
            "that works."
        )
    return ""
