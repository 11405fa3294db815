"""The trail's words in the codes of FHIR R4. https://hl7.org/fhir/R4/auditevent.html"""

from fhirapi.audit.models import AuditRecord

Action = AuditRecord.Action
Coding = dict[str, str]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"


def coding(system: str, code: str, display: str) -> Coding:
    return {"system": system, "code": code, "display": display}


REST = coding(f"{_TERMINOLOGY}/audit-event-type", "rest", "RESTful Operation")
_EXPORT = coding(_DICOM, "110106", "Export")
_IMPORT = coding(_DICOM, "110107", "Import")
_QUERY = coding(_DICOM, "110112", "Query")
_AUTHENTICATION = coding(_DICOM, "110114", "User Authentication")
_ACTIVITY = coding(_DICOM, "110100", "Application Activity")
_OF_REST = {
    Action.READ: "read", Action.SEARCH: "search-type", Action.CREATE: "create",
    Action.UPDATE: "update", Action.DELETE: "delete",
}  # fmt: skip
_TYPES = {
    **dict.fromkeys(_OF_REST, REST),
    **dict.fromkeys((Action.EXPORT, Action.BULK_EXPORT, Action.AUDIT_EXPORT), _EXPORT),
    Action.BULK_IMPORT: _IMPORT,
    Action.PATIENT_SEARCH: _QUERY,
    **dict.fromkeys(
        (Action.TOKEN, Action.REFRESH, Action.REVOKE, Action.INTROSPECT, Action.SIGN_IN,
         Action.SIGN_OUT),
        _AUTHENTICATION,
    ),
}  # fmt: skip
# https://hl7.org/fhir/R4/valueset-audit-event-action.html; what is not here was executed.
_LETTERS = {
    "C": (Action.CREATE, Action.BULK_IMPORT),
    "R": (Action.READ, Action.EXPORT, Action.BULK_EXPORT, Action.AUDIT_EXPORT),
    "U": (Action.UPDATE,),
    "D": (Action.DELETE,),
}
_LETTER_OF = {action: letter for letter, actions in _LETTERS.items() for action in actions}
EXECUTED = "E"

OUTCOMES = {"success": "0", "denied": "4"}
"""https://hl7.org/fhir/R4/valueset-audit-event-outcome.html - denied is a minor failure."""

PERSON = coding(f"{_TERMINOLOGY}/extra-security-role-type", "humanuser", "human user")
APPLICATION = coding(_DICOM, "110150", "Application")
SERVER = coding(f"{_TERMINOLOGY}/security-source-type", "4", "Application Server")
OF_PERSON = coding(f"{_TERMINOLOGY}/audit-entity-type", "1", "Person")
OF_SYSTEM = coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object")
PATIENT = coding(f"{_TERMINOLOGY}/object-role", "1", "Patient")
DOMAIN = coding(f"{_TERMINOLOGY}/object-role", "4", "Domain Resource")
QUERY = coding(f"{_TERMINOLOGY}/object-role", "24", "Query")


def type_of(action: str) -> Coding:
    return _TYPES.get(Action(action), _ACTIVITY)


def subtype_of(action: str, base: str) -> Coding:
    """``base``: the FHIR base, below which the trail's own words have their system."""
    if interaction := _OF_REST.get(Action(action)):
        return {"system": _INTERACTIONS, "code": interaction}
    return coding(f"{base}/CodeSystem/audit-action", action, str(Action(action).label))


def letter_of(action: str) -> str:
    return _LETTER_OF.get(Action(action), EXECUTED)


def actions_of(letter: str) -> list[str]:
    """What the trail calls so."""
    return [each.value for each in Action if letter_of(each) == letter]
