"""Whether Parquet can be written here: whether the extra ``analytics`` is installed."""

from importlib.util import find_spec


def is_available() -> bool:
    """Asked without importing pyarrow, which takes 40 MB that only workers need."""
    return find_spec("pyarrow") is not None
