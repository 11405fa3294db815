"""The Provider Access API: QSmartCare's own flat JSON, seen onto the FHIR store.

    schema      what a kind, a field, a shape and a filter are
    places      where in a resource a field lives: reading there, writing there
    shapes      how a value looks flat and how FHIR stores it, both ways in one class
    fields      builders, so that the rows of ``kinds`` read like a table
    kinds       the rows: every collection of the API, by area
    registry    look-ups by path name
    mapping     to_flat, to_fhir: one record seen through both APIs is the same
    checking    what is wrong with flat input, field by field
    locations   from a place in a FHIR resource back to the flat field
    schemas     JSON Schema of a kind
    filters     filters of a list as FHIR search parameters
    described   words and fields of a kind, for documentation

All of these are pure: no database, no HTTP. Begin reading with ``kinds/clinical.py``, then
``mapping.py``.
"""
