"""Draws the rooms of the code as the import rules in ``pyproject.toml`` have them.

``python -m tools.rooms`` writes ``docs/img/rooms.svg``; a test says when it is out of date.
"""

import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
PICTURE = _ROOT / "docs" / "img" / "rooms.svg"
_WIDTH, _HEIGHT, _GAP, _EDGE = 720, 40, 14, 16


def layers() -> list[list[str]]:
    """From the top; rooms of one layer do not know each other."""
    told = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    found = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in found]


def drawn() -> str:
    every = layers()
    height = 2 * _EDGE + len(every) * (_HEIGHT + _GAP) - _GAP
    rows = "\n".join(_row(layer, place) for place, layer in enumerate(every))
    words = "; ".join(" and ".join(layer) for layer in every)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="15">\n'
        f"<title>Each room may import those below it</title>\n<desc>{words}</desc>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#f2f6f5"/>\n{rows}\n</svg>\n'
    )


def _row(layer: list[str], place: int) -> str:
    top = _EDGE + place * (_HEIGHT + _GAP)
    wide = (_WIDTH - 2 * _EDGE - _GAP * (len(layer) - 1)) / len(layer)
    return "\n".join(
        _room(name, _EDGE + number * (wide + _GAP), top, wide) for number, name in enumerate(layer)
    )


def _room(name: str, left: float, top: float, wide: float) -> str:
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{wide:g}" height="{_HEIGHT}" rx="6" '
        f'fill="#dcefec" stroke="#0a6266"/>'
        f'<text x="{left + wide / 2:g}" y="{top + _HEIGHT / 2 + 5:g}" text-anchor="middle" '
        f'fill="#12262c">{name}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
