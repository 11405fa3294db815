"""What a search may cost: every limit of a search stands here.

Some limit the text. The others what it has the database do: how many rows of other resources each
row is compared with, how many comparisons an or-list makes, and how many rows are looked into where
no index answers. Beyond one of them the answer is an OperationOutcome that says what to do instead.
"""

from dataclasses import dataclass

from fhirapi.outcomes import Outcome, costly_search

DEFAULT_COUNT = 50
MAX_COUNT = 1000
MAX_PARAMETERS = 30  # of one search
MAX_LENGTH = 50_000  # characters of one parameter's text
MAX_DEPTH = 4  # of chains within chains
MAX_ALTERNATIVES = 1000  # in one or-list
MAX_SORT_KEYS = 5
MAX_INCLUDED = 2000  # resources beside one page
MAX_LINKS = 60
"""Ways from resource to resource in one search: a chain through a reference that may mean several
types has one for each of them, at each link. PostgreSQL plans each as a subquery."""
MAX_COMPARISONS = 300
"""Alternatives that are compared one by one: those of dates, texts, numbers and composites. Codes,
references and ids are compared all at once."""
MAX_LOOKS = 50_000
"""Rows times what a row costs: see below."""
LOOK_INTO_CONTENT = 10  # :missing, :text: the JSON itself is parsed
LOOK_FOR_ORDER = 1  # _sort by what is no column of the row


@dataclass
class Budget:
    """What one search has spent so far. Both raise the outcome when it is too much."""

    links: int = 0
    comparisons: int = 0

    def follow(self) -> None:
        """One way through a reference."""
        self.links += 1
        if self.links > MAX_LINKS:
            raise costly_search(
                f"it follows more than {MAX_LINKS} ways from resource to resource; name the type "
                "in each link of a chain (subject:Patient.name), or use fewer chains and _has."
            )

    def compare(self, count: int) -> None:
        """So many alternatives, one by one."""
        self.comparisons += count
        if self.comparisons > MAX_COMPARISONS:
            raise costly_search(
                f"it has more than {MAX_COMPARISONS} alternatives of dates, texts, numbers and "
                "composites; send several searches."
            )


def too_many_rows(resource_type: str, most: int) -> Outcome:
    return costly_search(
        f"it would look into more than {most:,} resources of the type {resource_type}, one by "
        "one, for :missing, :text or _sort; name the patient, or ask for codes, categories or "
        "dates as well."
    )
