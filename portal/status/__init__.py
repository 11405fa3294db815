"""How the product is: measured each minute by the workers, told on a page that anybody can read.

``measuring.py`` looks at each component as whoever uses it would, ``keeping.py`` counts what it
found, ``reading.py`` tells all of it in one statement, ``shown.py`` makes it words. Incidents and
maintenance are what administrators write (``admin.py``).
"""
