"""The API: what exists, how it is found, who may see it, and how it is answered.

    outcomes      error texts and status codes
    definitions   resource types and search parameters as data
    searchparams  how a value becomes a key, one file per FHIR parameter type
    audit         the append-only trail
    store         rows and SQL
    search        query text -> SQL -> Bundle bytes
    smart         clients, access keys, grants, tokens; the access decision
    rest          one file per FHIR interaction
    legacy        the vendor guide's addresses, translated onto the above
    synthetic     the generator of made-up patients

Imports point upwards in this list only (see ``[tool.importlinter]``). Begin reading with
``rest/view.py``: a request's whole life is there.
"""
