"""Collects the values of a statement; SQL text only ever holds their placeholders."""

from dataclasses import dataclass, field
from typing import Any

from fhirapi.store.constraint import Opens


@dataclass
class Binder:
    opens: Opens
    """What the token opens of the types that the statement comes by."""
    is_about_everybody: bool = False
    """Whether the rows that are asked of are those of all patients, not of a few."""
    parameters: dict[str, Any] = field(default_factory=dict)
    _aliases: int = 0

    def bind(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def alias(self) -> str:
        self._aliases += 1
        return f"r{self._aliases}"
