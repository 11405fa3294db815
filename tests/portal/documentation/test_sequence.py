"""A block of lines as a picture of who says what to whom."""

import re
from xml.etree import ElementTree

import pytest

from portal.documentation import sequence
from portal.documentation.markdown import page

LINES = """
App -> Browser: opens `/authorize?scope=launch/patient`
Browser -> Server: who are you?
Server --> App: a code & a <state>
App -> App: makes a verifier
"""


def drawn(lines=LINES, title="How it begins"):
    return sequence.svg(sequence.parse(lines), title, "s1")


def coordinates(svg):
    """Of everything that is drawn, in the picture's units."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    return [float(each.get("x")) for each in root.iter() if each.get("x")], root


def test_whoever_hears_the_picture_is_told_its_steps_in_their_order():
    root = ElementTree.fromstring(drawn())  # noqa: S314
    assert root.get("role") == "img"
    assert root.find("title").text == "How it begins"
    assert root.find("desc").text == (
        "1. App to Browser: opens /authorize?scope=launch/patient. "
        "2. Browser to Server: who are you? 3. Server answers App: a code & a <state>. "
        "4. App: makes a verifier."
    )
    assert root.get("aria-labelledby") == root.find("title").get("id")


def test_an_answer_is_dashed_and_a_request_is_not():
    assert drawn("A -> B: x").count('class="line answer"') == 0
    assert drawn("A --> B: x").count('class="line answer"') == 1


def test_an_arrow_points_from_who_speaks_to_who_is_spoken_to():
    to_the_right = re.search(r'class="line" d="M([\d.]+) [\d.]+H([\d.]+)"', drawn("A -> B: x"))
    to_the_left = re.findall(
        r'class="line" d="M([\d.]+) [\d.]+H([\d.]+)"', drawn("A -> B: x\nB -> A: y")
    )[1]
    assert float(to_the_right[1]) < float(to_the_right[2])
    assert float(to_the_left[0]) > float(to_the_left[1])


def test_long_words_are_wrapped_and_stay_within_the_picture():
    xs, root = coordinates(drawn("A -> B: " + "word " * 40))
    width = float(root.get("width"))
    lines = [each for each in root.iter("tspan") if each.get("x")]
    assert len(lines) > 5
    assert all(0 <= x <= width for x in xs)
    assert all(len("".join(each.itertext())) * 7 < width for each in lines)


def test_what_is_code_is_marked_even_where_a_line_ends_within_it():
    svg = drawn("A -> B: sends `POST /a/very/long/address and more of the same thing` at once")
    assert svg.count('class="code"') >= 2
    assert "`" not in svg


def test_text_cannot_become_markup():
    assert "<script" not in drawn("A -> <script>: <script>alert(1)</script>", "<script>")


@pytest.mark.parametrize(
    "block", ["", "App Server: x", "App -> Server", "A -> B: x\nC -> D: y\nE -> A: z"]
)
def test_what_is_no_sequence_is_refused(block):
    with pytest.raises(sequence.Unreadable):
        sequence.parse(block)


def test_a_block_of_a_chapter_is_a_figure_without_inline_style():
    made = page(f"```sequence How it begins\n{LINES}\n```\n").html
    assert '<figure class="drawn"><svg class="sequence"' in made
    assert "style=" not in made
