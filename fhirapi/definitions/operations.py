"""Which operations there are, by the type at whose address they are asked for."""

_BULK = "http://hl7.org/fhir/uv/bulkdata"
_US_CORE = "http://hl7.org/fhir/us/core"

OPERATIONS = {
    "Patient": [
        ("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
        ("export", f"{_BULK}/OperationDefinition/patient-export"),
    ],
    "Group": [("export", f"{_BULK}/OperationDefinition/group-export")],
    "DocumentReference": [("docref", f"{_US_CORE}/OperationDefinition/docref")],
}
"""Name and canonical address."""

ON_EVERY_TYPE = [
    ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
]

OF_SYSTEM = [("export", f"{_BULK}/OperationDefinition/export")]
