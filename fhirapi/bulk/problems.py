"""Every way an export can be refused. The texts are in docs/errors.md."""

from fhirapi.outcomes import Outcome


def respond_async() -> Outcome:
    return Outcome(
        400, "invalid", "An export is answered later. Send the header Prefer: respond-async."
    )


def patients_by_post() -> Outcome:
    return Outcome(
        400,
        "not-supported",
        "The parameter 'patient' is taken from the body of a POST, for the patients' records or "
        "those of a group.",
    )


def no_such_patients() -> Outcome:
    return Outcome(
        400,
        "value",
        "Parameter 'patient': not all of them are there, open to the token and in the group.",
    )


def nothing_opened() -> Outcome:
    return Outcome(403, "forbidden", "The scopes of the token open none of the asked types.")


def too_many_jobs(most: str) -> Outcome:
    return Outcome(
        429,
        "throttled",
        f"At most {most} exports of a client run at the same time. Wait for one, or delete it.",
        headers={"Retry-After": "60"},
    )


def asked_too_often() -> Outcome:
    return Outcome(
        429,
        "throttled",
        "The state of a job is told once a second. Wait as long as Retry-After says.",
        headers={"Retry-After": "1"},
    )


def no_such_job() -> Outcome:
    return Outcome(404, "not-found", "There is no such export, or it was deleted.")


def job_failed(why: str) -> Outcome:
    return Outcome(500, "exception", f"The export failed. {why}")


def no_such_file() -> Outcome:
    return Outcome(404, "not-found", "There is no such file, or its export was deleted.")


def no_such_range(size: str) -> Outcome:
    return Outcome(
        416,
        "invalid",
        "The file has no such bytes.",
        headers={"Content-Range": f"bytes */{size}"},
    )
