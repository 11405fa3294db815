"""What is told of a resource that was not stored: its line, its type and id, and why.

https://hl7.org/fhir/R4/operationoutcome.html; nothing of its content is repeated.
"""

import orjson

from fhirapi.bulk.importing.models import ImportDebt
from fhirapi.intake.rejects import Reject
from fhirapi.outcomes import Problem

_LINE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
_UNMET = "It is stored, but what it refers to was in this import and could not be stored."
_MOST = 20
"""Issues of one resource."""


def outcome_of(reject: Reject) -> str:
    """An OperationOutcome as one line of NDJSON, without the end of the line."""
    problems = reject.problems or (_whole(reject),)
    issues = [_issue(reject, each) for each in problems[:_MOST]]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": issues}).decode()


def warning_of(debt: ImportDebt) -> str:
    """Of a resource that was stored, while one of the same import that it refers to was not."""
    problem = Problem("not-found", _UNMET, debt.path, "warning")
    return outcome_of(Reject("", f"line {debt.line}", debt.name, _UNMET).made_of((problem,)))


def _whole(reject: Reject) -> Problem:
    return Problem("processing", reject.reason, reject.resource.partition("/")[0])


def _issue(reject: Reject, problem: Problem) -> dict[str, object]:
    """The text begins with the place, as many tools show nothing else."""
    issue = problem.issue()
    place = f"{reject.at}, {reject.resource}" if reject.resource else reject.at
    line = {"url": _LINE, "valueInteger": int(reject.at.removeprefix("line "))}
    return {"extension": [line], **issue, "diagnostics": f"{place}: {issue['diagnostics']}"}
