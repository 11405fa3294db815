"""How a value becomes a key: one file per FHIR parameter type, index side and query side together.

Pure: no database, no HTTP. What ``index.py`` writes into a search row and what a file's query
side looks for must agree, so both stand side by side and are tested against each other.
"""
