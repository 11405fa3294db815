"""Records the answers of the documentation's examples: ``python -m tools.examples patient-read``.

Without a name it records all of them anew; ``types`` stands for the searches of every resource type
and for the examples of types that have none. It runs the suite's own replay, against the product on
a database of its own with the demo's practice, and lets it write down what it would compare.
"""

import os
import sys

import pytest

from portal.documentation.examples.example import names

_FOLDER = "tests/portal/documentation"
_TESTS = tuple(
    f"{_FOLDER}/{each}.py" for each in ("test_types", "test_examples", "test_examples_that_wait")
)


def main(wanted: list[str]) -> int:
    unknown = sorted(set(wanted) - {"types", *names()})
    if unknown:
        print(f"There is no example {', '.join(unknown)}. There are: {', '.join(names())}")
        return 2
    os.environ["RECORD_EXAMPLES"] = " ".join(wanted or ["all"])
    only = ["-k", " or ".join(map(_tests_of, wanted))] if wanted else []
    return int(pytest.main(["-n", "0", "-p", "no:randomly", *only, *_TESTS]))


def _tests_of(name: str) -> str:
    return "is_said" if name == "types" else f"shown[{name}]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
