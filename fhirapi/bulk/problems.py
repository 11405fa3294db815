"""Every way an export can be refused. The texts are in docs/errors.md."""

from fhirapi.outcomes import Outcome


def respond_async() -> Outcome:
    return Outcome(
        400, "invalid", "An export is answered later. Send the header Prefer: respond-async."
    )


def nothing_opened() -> Outcome:
    return Outcome(403, "forbidden", "The scopes of the token open none of the asked types.")


def too_many_jobs(most: int) -> Outcome:
    return Outcome(
        429,
        "throttled",
        f"At most {most} exports of a client run at the same time. Wait for one, or delete it.",
        headers={"Retry-After": "60"},
    )


def no_such_job() -> Outcome:
    return Outcome(404, "not-found", "There is no such export, or it was deleted.")


def job_failed(why: str) -> Outcome:
    return Outcome(500, "exception", f"The export failed. {why}")


def no_such_file() -> Outcome:
    return Outcome(404, "not-found", "There is no such file, or its export was deleted.")
