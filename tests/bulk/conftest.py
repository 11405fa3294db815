"""What tests of whole populations share."""

from tests.smart.conftest import practice_itself

__all__ = ["practice_itself"]
