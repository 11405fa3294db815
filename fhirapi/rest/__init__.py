"""The FHIR REST API, one file per interaction. https://hl7.org/fhir/R4/http.html

``view.py`` is the life of a request: token -> decision -> handler -> bytes; every handler's one
SQL statement checks the token's life and writes the audit record.
"""
