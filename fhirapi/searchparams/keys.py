"""The one hash under which search rows are found."""

from functools import lru_cache
from hashlib import blake2b


@lru_cache(maxsize=100_000)
def key(resource_type: str, parameter: str, form: str) -> int:
    """A signed 64-bit number: PostgreSQL's bigint."""
    text = f"{resource_type}\x00{parameter}\x00{form}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def unit_key(form: str) -> int:
    """Names a unit of measure, in the side table of quantities."""
    return key("", "unit", form)


def parameter_key(resource_type: str, parameter: str) -> int:
    """Names the parameter itself, in the side tables."""
    return key(resource_type, parameter, "")
