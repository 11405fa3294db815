"""What a role in a team allows: the one place that says so in Python.

The view ``fhirapi_accountpatient`` (migration 0019) shows the patients to ``READS_RECORDS``.
"""

FRONT_DESK, CLINICAL, MANAGER = "front-desk", "clinical", "manager"

READS_RECORDS = frozenset({CLINICAL, MANAGER})
"""Opens records and opens apps with them."""
MANAGES = frozenset({MANAGER})
"""Makes access keys, invites, changes roles."""
