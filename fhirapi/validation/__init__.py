"""What a resource has to be: valid R4, and what the profiles ask that it is held against.

check.py            what is asked before it is stored (``check``), and by ``$validate`` (``review``)
structure.py        one walk: elements, cardinality, codes, targets of references
primitives.py       the forms of values
narrative.py        XHTML in which nothing runs
contained.py        contained resources and references to them
invariants.py       FHIR's rules by type: rules.py, type_rules.py, resource_rules.py
tables.py           R4's definitions, from r4.json, which tools/r4_tables.py makes
profiles.py         US Core's profiles: us_core.py has what each asks for
problems.py         texts and places; no text repeats a value
"""
