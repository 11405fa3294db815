"""The one picture of the population: a rhythm strip, drawn here.

https://www.w3.org/TR/png-3/
"""

import struct
import zlib
from dataclasses import dataclass
from functools import cache

_WIDTH, _HEIGHT = 240, 48
_BASELINE = 34
_BEAT = 60
_SHAPE = {6: 3, 7: 5, 8: 6, 9: 5, 10: 3, 15: -3, 16: 8, 17: 20, 18: 30, 19: 14, 20: -7, 21: -3,
          32: 3, 33: 5, 34: 7, 35: 8, 36: 8, 37: 7, 38: 5, 39: 3}  # fmt: skip
"""Height of the line above the baseline, by column of a beat."""


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    width: int
    height: int


@cache
def heartbeat() -> Picture:
    """Black on white, one bit a pixel."""
    rows = [bytearray(b"\xff" * (_WIDTH // 8)) for _ in range(_HEIGHT)]
    before = _BASELINE
    for column in range(_WIDTH):
        row = _BASELINE - _SHAPE.get(column % _BEAT, 0)
        for each in range(min(row, before), max(row, before) + 1):
            rows[each][column // 8] &= 0xFF ^ (0x80 >> column % 8)
        before = row
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 1, 0, 0, 0, 0)
    # Stored, not compressed: the same bytes whatever zlib there is.
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), level=0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return Picture(b"\x89PNG\r\n\x1a\n" + b"".join(chunks), _WIDTH, _HEIGHT)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
