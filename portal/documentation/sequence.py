"""Who says what to whom, as a picture: a fenced block of lines becomes an SVG.

    App -> Server: GET /authorize          a request
    Server --> App: the code               an answer, dashed
    App -> App: makes a verifier           something one does alone

Pure. Numbers tell the steps; the same steps stand in the picture's description, for those who
hear it. Colours come from the page (docs.css), so it is right in dark as well. Columns are as
narrow as a phone is: words stand above their arrow and may be wider than it.
https://www.w3.org/TR/SVG2/access.html
"""

import re
from dataclasses import dataclass

from django.utils.html import escape

_LINE = re.compile(
    r"^(?P<sender>[^:]+?)\s+(?P<arrow>-->|->)\s+(?P<receiver>[^:]+?):\s+(?P<text>.+)$"
)
# Of the picture's own units; docs.css shows it at about one of them a pixel.
_COLUMN = 150
_EDGE = 12
_NAME, _NAME_GAP = 34, 20
_LINE_HEIGHT = 19
_ABOVE, _BELOW = 8, 16
_LOOP = 26
_LETTER = 7.6  # a letter of the text, a little more than it mostly is
_CODE_LETTER = 8.4
_MOST_COLUMNS = 4


class Unreadable(ValueError):
    """A line that is none of the three kinds, or more participants than a phone can show."""


@dataclass(frozen=True)
class Message:
    sender: str
    receiver: str
    text: str
    is_answer: bool = False


def parse(block: str) -> list[Message]:
    """Raises Unreadable."""
    messages = []
    for line in filter(None, map(str.strip, block.splitlines())):
        found = _LINE.match(line)
        if found is None:
            raise Unreadable(f"No line of a sequence: {line}")
        messages.append(
            Message(found["sender"], found["receiver"], found["text"], found["arrow"] == "-->")
        )
    if not messages:
        raise Unreadable("A sequence without a line.")
    if len(_participants(messages)) > _MOST_COLUMNS:
        raise Unreadable(f"At most {_MOST_COLUMNS} take part in a sequence.")
    return messages


def svg(messages: list[Message], title: str, picture_id: str) -> str:
    names = _participants(messages)
    width = 2 * _EDGE + _COLUMN * len(names)
    centre = {name: _EDGE + _COLUMN * (place + 0.5) for place, name in enumerate(names)}
    drawn, bottom = _steps(messages, centre, width)
    height = bottom + _NAME_GAP
    lifelines = "".join(
        f'<line class="life" x1="{x:g}" x2="{x:g}" y1="{_NAME}" y2="{height - 4:g}"/>'
        for x in centre.values()
    )
    head = "".join(_head(name, x) for name, x in centre.items())
    told = " ".join(
        f"{number}. {_told(message)}" for number, message in enumerate(messages, start=1)
    )
    return (
        f'<svg class="sequence" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" '
        f'aria-labelledby="{picture_id}-title" aria-describedby="{picture_id}-steps">'
        f'<title id="{picture_id}-title">{escape(title)}</title>'
        f'<desc id="{picture_id}-steps">{escape(told)}</desc>'
        f'<g aria-hidden="true">{lifelines}{head}{drawn}</g></svg>'
    )


def _participants(messages: list[Message]) -> list[str]:
    """In the order in which they are named first."""
    return list(dict.fromkeys(name for each in messages for name in (each.sender, each.receiver)))


def _told(message: Message) -> str:
    text = message.text.replace("`", "")
    text = text if text[-1] in ".?!" else f"{text}."
    if message.sender == message.receiver:
        return f"{message.sender}: {text}"
    verb = "answers" if message.is_answer else "to"
    return f"{message.sender} {verb} {message.receiver}: {text}"


def _head(name: str, x: float) -> str:
    half = _COLUMN / 2 - 5
    return (
        f'<rect class="who" x="{x - half:g}" y="1" width="{2 * half:g}"'
        f' height="{_NAME - 2}" rx="6"/>'
        f'<text class="name" x="{x:g}" y="{_NAME / 2 + 5:g}">{escape(name)}</text>'
    )


def _steps(messages: list[Message], centre: dict[str, float], width: float) -> tuple[str, float]:
    y, drawn = float(_NAME + _NAME_GAP), []
    for number, message in enumerate(messages, start=1):
        begin, end = centre[message.sender], centre[message.receiver]
        reach = max(abs(end - begin) + 40, 1.7 * _COLUMN)
        lines = _wrapped(f"{number} {message.text}", min(reach, width - 2 * _EDGE))
        wide = max(map(_width, lines))
        middle = (begin + end) / 2 if begin != end else begin
        middle = min(max(middle, _EDGE + wide / 2), width - _EDGE - wide / 2)
        drawn.append(_words(lines, middle, y))
        y += _LINE_HEIGHT * (len(lines) - 1) + _ABOVE
        drawn.append(_arrow(begin, end, y, message.is_answer))
        y += _BELOW + _LINE_HEIGHT + (_LOOP - _BELOW if begin == end else 0)
    return "".join(drawn), y - _LINE_HEIGHT


def _arrow(begin: float, end: float, y: float, is_answer: bool) -> str:
    shape = "line answer" if is_answer else "line"
    if begin == end:
        path = f"M{begin:g} {y:g}h34v{_LOOP - 10}h-28"
        return f'<path class="{shape}" d="{path}"/>{_point(begin, y + _LOOP - 10, -1)}'
    towards = 1 if end > begin else -1
    line = f'<path class="{shape}" d="M{begin:g} {y:g}H{end - 7 * towards:g}"/>'
    return line + _point(end, y, towards)


def _point(x: float, y: float, towards: int) -> str:
    back = x - 9 * towards
    return f'<path class="point" d="M{x:g} {y:g}L{back:g} {y - 5:g}V{y + 5:g}Z"/>'


def _words(lines: list[str], x: float, y: float) -> str:
    shown = "".join(
        f'<tspan x="{x:g}" y="{y + _LINE_HEIGHT * place:g}">'
        f"{_marked(line, is_first=not place)}</tspan>"
        for place, line in enumerate(lines)
    )
    return f'<text class="words">{shown}</text>'


def _marked(line: str, *, is_first: bool) -> str:
    """Its number, and what stands in backticks, told apart by a class."""
    number, _, rest = line.partition(" ") if is_first else ("", "", line)
    parts = (
        f'<tspan class="code">{escape(part)}</tspan>' if place % 2 else escape(part)
        for place, part in enumerate(rest.split("`"))
    )
    begin = f'<tspan class="number">{number}</tspan> ' if number else ""
    return begin + "".join(parts)


def _wrapped(text: str, most: float) -> list[str]:
    """Lines of about that width; a word that is wider has one of its own."""
    lines: list[str] = []
    for word in _words_of(text):
        if lines and _width(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _words_of(text: str) -> list[str]:
    """What stands in backticks keeps them, word by word, so that a line may end within it."""
    words: list[str] = []
    for place, part in enumerate(re.split(r"`([^`]*)`", text)):
        glued = bool(words) and not part[:1].isspace() and not place % 2
        found = [f"`{each}`" if place % 2 else each for each in part.split()]
        if glued and found:
            words[-1] += found.pop(0)
        words += found
    return words


def _width(line: str) -> float:
    parts = line.split("`")
    return sum(
        len(part) * (_CODE_LETTER if place % 2 else _LETTER) for place, part in enumerate(parts)
    )
