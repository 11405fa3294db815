"""What a role in a team allows: the one place that says so in Python.

``people/team.py`` gives those who read records a link of the kind Staff: what the view
``fhirapi_accountpatient`` shows to a practitioner, it shows to them.
"""

FRONT_DESK, CLINICAL, MANAGER = "front-desk", "clinical", "manager"

READS_RECORDS = frozenset({CLINICAL, MANAGER})
"""Opens records and opens apps with them."""
MANAGES = frozenset({MANAGER})
"""Makes access keys, invites, changes roles."""
