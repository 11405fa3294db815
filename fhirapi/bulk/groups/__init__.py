"""Lists of patients: who is on them, who keeps them, and what became of them.

https://hl7.org/fhir/R4/group.html - every list is a Group. Some the product keeps itself
(``kept.py``): the panel of each practitioner, the roster of each organization. Others people make
in the portal (``change.py``) or apps over the API. All are read alike (``membership.py``,
``listing.py``) and written in one place (``storing.py``).

Whoever is named on a list is seen by whoever sees the list (``store/visibility.py``). So who leaves
is not named any more: the versions before tell that they were there (decision 26).
"""
