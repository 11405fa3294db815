"""Counts what was measured: a row for each component and day, and nothing older than is shown."""

from collections.abc import Mapping

from fhirapi.sql import fetch
from portal.status.components import Component, State

DAYS = 90
"""So many are shown, today among them."""
_COLUMNS = {State.OPERATIONAL: "operational", State.DEGRADED: "degraded", State.DOWN: "down"}
_COUNTED = ", ".join(f"(state = '{state}')::int" for state in _COLUMNS)
_ADDED = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in _COLUMNS.values())
# A minute is counted once, however many workers measure in it.
_KEEP = f"""
WITH measured (component, state) AS (
    SELECT * FROM unnest(%(components)s::text[], %(states)s::text[])
), counted AS (
    INSERT INTO portal_componentstate AS kept (component, state, since, measured_at)
    SELECT component, state, now(), now() FROM measured
    ON CONFLICT (component) DO UPDATE SET
        state = excluded.state,
        since = CASE kept.state WHEN excluded.state THEN kept.since ELSE excluded.since END,
        measured_at = excluded.measured_at
    WHERE kept.measured_at < date_trunc('minute', now())
    RETURNING component, state
), outdated AS (
    DELETE FROM portal_componentday WHERE day <= (now() AT TIME ZONE 'UTC')::date - {DAYS}
)
INSERT INTO portal_componentday AS kept (component, day, {", ".join(_COLUMNS.values())})
SELECT component, (now() AT TIME ZONE 'UTC')::date, {_COUNTED} FROM counted
ON CONFLICT (component, day) DO UPDATE SET {_ADDED}
RETURNING component
"""  # noqa: S608 - words of ours


def keep(measured: Mapping[Component, State]) -> bool:
    """False: this minute had been counted."""
    components, states = [str(each) for each in measured], [str(each) for each in measured.values()]
    return bool(fetch(_KEEP, {"components": components, "states": states}))
