"""The audit trail as FHIR AuditEvents: made of its records when they are asked for, never stored.

``query.py`` reads what is asked, ``reading.py`` finds it in one statement, ``resource.py`` writes
it, ``views.py`` answers. Whose records a token opens decides what it finds; of who did it, it is
told no more than the portal's Activity page tells the same person.

https://hl7.org/fhir/R4/auditevent.html
"""
