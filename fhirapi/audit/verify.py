"""One verification from beginning to end: seals what is new, verifies, and tells the result."""

from fhirapi.audit import sealing, seals, tip
from fhirapi.audit.findings import Kind
from fhirapi.audit.models import AuditCheck
from fhirapi.audit.tip import Tip, TrailLost
from fhirapi.audit.verifying import Result, Verification


def verify(*, since: int = 0, known: Tip | None = None) -> Result:
    """``known``: a seal that has to be there, besides the one that this machine remembers.

    Good records that no seal has yet get one, if nothing is wrong. Kept as an AuditCheck.
    """
    lost = _seal()
    last = seals.last()
    result = Verification(since, last.number if last else 0).run()
    for each in (lost, known):
        if each is not None and not tip.is_there(each):
            why = f"seal {each.number} was there and is not any more, or is another one"
            result.findings.add(Kind.TRUNCATED, why, seal=each.number)
    if not result.findings.amount:
        _finish(result)
    AuditCheck.objects.create(
        since_seal=result.since,
        until_seal=result.until,
        amount=result.amount,
        findings=result.findings.amount,
    )
    return result


def accept() -> None:
    """The end of the chain is where it is now: after a backup was restored."""
    if last := seals.last():
        tip.remember(last)
    else:
        tip.forget()


def _seal() -> Tip | None:
    """The end that is lost, if it is: then nothing is sealed."""
    known = tip.remembered()
    try:
        sealing.seal_all()
    except TrailLost:
        return known
    return None


def _finish(result: Result) -> None:
    if result.late:
        sealing.seal_late(result.late, result.until)
    elif last := seals.last():
        tip.remember(last)
