"""OpenAPI 3.1 of the FHIR API, made from the declarations. https://spec.openapis.org/oas/v3.1.1.html

Begin with ``document.py``. Types, search parameters and operations come from
``fhirapi.definitions``, elements from the tables by which resources are validated, examples from
``fhirapi.synthetic``. Pure but for those; served by ``fhirapi/rest/described.py``.
"""
