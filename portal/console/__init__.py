"""The console: requests to the FHIR API from the browser, with tokens got as every app gets them.

The server's half hands out the page, the definitions and an EHR launch. It never sees a token:
authorization, token requests and reads are the browser's own (static/js/console).
"""
