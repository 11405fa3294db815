"""Every way a change can fail (400, 409, 412, 415, 422), and what is said where none does.

https://hl7.org/fhir/R4/http.html#create and the sections after it
"""

from fhirapi.outcomes import Outcome, Problem


def done(result: str, resource_type: str) -> Outcome:
    """No failure: what ``Prefer: return=OperationOutcome`` hears of a change."""
    return Outcome(200, "informational", f"{resource_type}: {result}.")


def unreadable_body(why: str) -> Outcome:
    return Outcome(400, "structure", f"The body could not be read as FHIR JSON: {why}")


def too_many_values(most: int) -> Outcome:
    return Outcome(413, "too-long", f"The body holds more than {most} JSON values; send several.")


def bad_patch(why: str) -> Outcome:
    return Outcome(400, "structure", f"The patch could not be read: {why}")


def unpatchable(number: int, why: str) -> Outcome:
    # RFC 5789 section 2.2: the patch is understood, but it cannot be applied to what is there.
    return Outcome(422, "processing", f"Operation {number} of the patch cannot be done: {why}")


def unsupported_patch(media_types: str) -> Outcome:
    return Outcome(
        415,
        "not-supported",
        f"A patch is a JSON Patch or a Parameters resource. Send one of {media_types}.",
        headers={"Accept-Patch": media_types},
    )


def bad_condition_header(name: str, expected: str) -> Outcome:
    return Outcome(400, "value", f"{name}: {expected} is expected.")


def unsupported_body(expected: str) -> Outcome:
    return Outcome(415, "not-supported", f"Send the body as {expected}, in UTF-8.")


def nothing_wrong() -> Outcome:
    """No failure: what ``$validate`` says of a resource that is as it should be."""
    return Outcome(200, "informational", "No issues.")


def invalid_resource(problems: tuple[Problem, ...]) -> Outcome:
    return Outcome(422, "invalid", "The resource is not valid.", problems=problems)


def wrong_type(expected: str) -> Outcome:
    return Outcome(400, "invalid", f"A resource of the type {expected} is expected.")


def wrong_id() -> Outcome:
    return Outcome(400, "value", "The id in the resource is not the one in the address.")


def missing_id() -> Outcome:
    return Outcome(400, "required", "The resource needs the id that is in the address.")


def version_conflict(resource_type: str, resource_id: str, version_id: int) -> Outcome:
    return Outcome(
        412,
        "conflict",
        f"{resource_type}/{resource_id} has been changed: its version is {version_id} now. Read it "
        "again and repeat the change.",
    )


def several_match(resource_type: str) -> Outcome:
    return Outcome(
        412, "multiple-matches", f"More than one {resource_type} meets the condition; none changed."
    )


def nothing_meets(resource_type: str) -> Outcome:
    return Outcome(404, "not-found", f"No {resource_type} meets the condition.")


def unselective_condition(resource_type: str) -> Outcome:
    return Outcome(
        412,
        "incomplete",
        f"A condition needs at least one search parameter that selects {resource_type} resources.",
    )


def nothing_to_match(resource_type: str) -> Outcome:
    return Outcome(
        412, "conflict", f"If-Match names a version, but there is no such {resource_type}."
    )


def unmet_reference(path: str) -> Outcome:
    return Outcome(
        412,
        "not-found",
        f"{path}: the search that stands for this reference has to find exactly one resource.",
    )


def already_exists(resource_type: str, resource_id: str) -> Outcome:
    return Outcome(412, "conflict", f"{resource_type}/{resource_id} exists already.")


def still_in_use(resource_type: str, resource_id: str) -> Outcome:
    return Outcome(
        409,
        "conflict",
        f"{resource_type}/{resource_id} is still referred to; change or delete those first.",
    )


def written_at_the_same_time() -> Outcome:
    return Outcome(
        409, "conflict", "Another request changed the same at this moment. Repeat this one."
    )


def same_condition_twice(resource_type: str) -> Outcome:
    return Outcome(
        400, "invalid", f"Two entries would make a {resource_type} under the same condition."
    )


def bad_bundle() -> Outcome:
    return Outcome(
        400, "invalid", "A Bundle of the type batch or transaction is expected, entry being a list."
    )


def bad_entry(text: str) -> Outcome:
    return Outcome(400, "invalid", text)


def too_many_entries(most: int) -> Outcome:
    return Outcome(413, "too-long", f"A Bundle may have at most {most} entries; send several.")


def answer_too_large(megabytes: int) -> Outcome:
    return Outcome(
        413, "too-costly", f"What is read in one Bundle may weigh {megabytes} MB; send several."
    )


def failed_read(status: int) -> Outcome:
    return Outcome(
        400, "processing", f"What is to be read is answered with {status}, so nothing was stored."
    )


def twice_in_transaction(resource_type: str, resource_id: str) -> Outcome:
    return Outcome(
        400, "invalid", f"{resource_type}/{resource_id} is written more than once in one request."
    )
