"""Every way an import can be refused. The texts are in docs/errors.md."""

from fhirapi.outcomes import Outcome


def respond_async() -> Outcome:
    return Outcome(
        400, "invalid", "An import is answered later. Send the header Prefer: respond-async."
    )


def bad_manifest(why: str) -> Outcome:
    return Outcome(400, "invalid", f"This is no manifest of an import: {why}")


def unfetchable(number: int, why: str) -> Outcome:
    return Outcome(400, "value", f"Input {number} cannot be fetched: {why}")


def too_many_imports(most: int) -> Outcome:
    return Outcome(
        429,
        "throttled",
        f"At most {most} imports of a client run at the same time. Wait for one, or delete it.",
        headers={"Retry-After": "60"},
    )


def no_such_import() -> Outcome:
    return Outcome(404, "not-found", "There is no such import, or it was deleted.")


def import_failed(why: str) -> Outcome:
    return Outcome(500, "exception", f"The import failed. {why}")


def no_such_rejects() -> Outcome:
    return Outcome(404, "not-found", "There is no such file, or its import was deleted.")


def no_such_upload() -> Outcome:
    return Outcome(404, "not-found", "There is no such upload, or it was deleted.")


def upload_too_large(megabytes: int) -> Outcome:
    return Outcome(413, "too-long", f"A file may have up to {megabytes} MB. Send it in several.")


def upload_cut_off() -> Outcome:
    return Outcome(400, "incomplete", "The file did not arrive as a whole. Send it again.")


def upload_without_length() -> Outcome:
    return Outcome(411, "required", "Send the file with its Content-Length, and not empty.")


def too_many_uploads(most: int) -> Outcome:
    return Outcome(
        429,
        "throttled",
        f"At most {most} uploads of a client are kept. Delete some.",
        headers={"Retry-After": "60"},
    )
