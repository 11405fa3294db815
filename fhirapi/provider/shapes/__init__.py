"""How values look flat and how FHIR stores them, one class for both directions.

plain      texts, codes, numbers, dates
coded      coded things, with short names for code systems
measures   amounts with a unit
links      references to other records
content    notes, files and narratives
compound   objects and lists of all of these
objects    what shapes that are small objects share
"""
