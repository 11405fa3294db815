"""Whether a resource is what it says it is: the form that FHIR gives its type.

structure.py    elements, how often they occur, the form of their values, codes

Texts name elements and repeat no value.
"""
