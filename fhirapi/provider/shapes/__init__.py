"""How values look flat and how FHIR stores them, one class for both directions.

plain      texts, codes, numbers, dates
coded      coded things, with short names for code systems
links      references to other records
compound   objects and lists of these
content    the text of a note inside its attachment
"""
