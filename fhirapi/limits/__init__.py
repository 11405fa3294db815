"""How often somebody may ask: buckets in memory that the web processes of a machine share.

``table.py`` keeps the buckets, ``network.py`` says what counts as one address, ``asked.py`` counts
requests of those who have not shown who they are. Rates of apps: ``fhirapi.smart.rates``.
Why so: docs/decisions/0033
"""
