"""Whether two flat values say the same: 1.50 is not 1.5, and true is not 1."""

from decimal import Decimal
from typing import Any


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Decimal) or isinstance(other, Decimal):
        return str(one) == str(other)
    return type(one) is type(other) and bool(one == other)
