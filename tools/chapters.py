"""Keeps when each chapter of the documentation changed last: ``python -m tools.chapters``.

A chapter that says what it said keeps its day; one that says something else gets today's and the
version of the product. As with the examples, it is the suite that writes down what it compares.
"""

import os
import sys

import pytest


def main() -> int:
    os.environ["RECORD_CHAPTERS"] = "1"
    return int(pytest.main(["-n", "0", "tests/portal/documentation/test_changed.py"]))


if __name__ == "__main__":
    sys.exit(main())
