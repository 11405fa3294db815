"""What was refused is told of in the trail: by whom, of what, with which status; nothing of it."""

from fhirapi.audit.trail import Entry, trail
from fhirapi.store.writer import account_of
from fhirapi.writing.change import Writer


def record_refusal(
    writer: Writer,
    interaction: str,
    status: int,
    resource_type: str | None = None,
    resource_id: str | None = None,
) -> None:
    trail.write(
        Entry(
            interaction.replace("patch", "update"),
            "denied",
            account_id=account_of(writer.caller),
            client_id=writer.caller.client_id,
            resource_type=resource_type,
            resource_id=resource_id,
            detail=f"refused: {status}",
            address=writer.caller.address,
        )
    )
