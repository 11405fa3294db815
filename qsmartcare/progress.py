"""Tells the person at the terminal what is going on; plain lines where nobody watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(text: str) -> Iterator[Callable[[str], None]]:
    """Shows what is under way, then how long it took; yields a way to say how far it is."""
    began = time.monotonic()
    if console.is_terminal:
        with console.status(text) as status:
            yield lambda detail: status.update(f"{text}: {detail}")
    else:
        yield lambda detail: None
    console.print(f"[green]✓[/] {text} [dim]({time.monotonic() - began:.1f} s)[/]")


def complain(sentence: str) -> None:
    errors.print(sentence, style="red", markup=False)
