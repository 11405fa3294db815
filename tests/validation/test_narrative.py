"""A narrative is XHTML in which nothing runs, and nothing is loaded that it should not name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.validation.narrative import problem_of_div
from tests.validation.conftest import DIV, REBECCA, but, however_slow, told

OPEN = '<div xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    "content",
    [
        "Rebecca",
        "<p>a <b>b</b><br/></p>",
        "<table border='1'><tr><td colspan='2' style='color: red'>x</td></tr></table>",
        "<a href='https://example.org'>x</a> <a href='#y'>y</a> <a name='y'/>",
        "<a href='mailto:a@example.org'>x</a>",
        "<img src='https://example.org/x.png' alt='x'/>",
        "<img src='data:image/png;base64,YQ==' alt='x'/>",
        "a&nbsp;b &copy; &amp; &lt; &#228; <!-- remark -->",
        "<ul class='x'><li xml:lang='de' lang='de'>ä</li></ul>",
        "<h1>x</h1><pre>y</pre><blockquote cite='http://x'>z</blockquote>",
        "&nbsp;&auml;<!-- c -->",
        "a &LT; b &AMP; c",
    ],
)
def test_what_tells_is_allowed(content: str) -> None:
    assert problem_of_div(DIV.format(content)) == ""


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
        "<iframe src='https://example.org'/>",
        "<object data='x'/>",
        "<embed src='x'/>",
        "<form action='x'/>",
        "<input/>",
        "<button>x</button>",
        "<link href='x'/>",
        "<base href='x'/>",
        "<style>p {}</style>",
        "<meta charset='x'/>",
        "<video/>",
        "<p onclick='alert(1)'>x</p>",
        "<img src='x' onerror='alert(1)'/>",
        "<p ONCLICK='alert(1)'>x</p>",
        "<p x:onclick='a' xmlns:x='http://www.w3.org/1999/xhtml'>x</p>",
        "<p xlink:href='a' xmlns:xlink='http://www.w3.org/1999/xlink'>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' JaVaScRiPt:alert(1)'>x</a>",
        "<a href='java&#10;script:alert(1)'>x</a>",
        "<a href='java&#9;script:alert(1)'>x</a>",
        "<a href='&#1;javascript:alert(1)'>x</a>",
        "<a href='java&Tab;script&colon;alert(1)'>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<a href='data:image/png;base64,YQ=='>x</a>",
        "<img src='data:image/svg+xml;base64,YQ=='/>",
        "<blockquote cite='javascript:x'>x</blockquote>",
        "<p style='background: url(javascript:x)'>x</p>",
        "<p style='width: expression(x)'>x</p>",
        "<p style='width: e\\78pression(x)'>x</p>",
        "<p style='behavior: x'>x</p>",
        "<a target='_top' href='#x'>x</a>",
        "<?php x ?>y",
        "<script/>x",
        "<a href='java&#x09;script:alert(1)'>x</a>",
        "<a href='java&NewLine;script:alert(1)'>x</a>",
        "<a xlink:href='javascript:x' xmlns:xlink='http://www.w3.org/1999/xlink'>x</a>",
        "<p xml:base='javascript:x'>x</p>",
        "<p style='background: IMAGE-SET(\"https://example.org\" 1x)'>x</p>",
        "<p style='background: src(\"https://example.org\")'>x</p>",
        "<p style='-o-link: \"javascript:x\"'>x</p>",
        "<img src='javascript:x'/>",
        "<a href='data:text/html;base64,YQ=='>x</a>",
        "<math xmlns='http://www.w3.org/1998/Math/MathML'>x</math>",
        "<p>x",
        "x</p>",
        "&unknown;",
        "<p a=1>x</p>",
        "a & b",
        "",
        "  ",
        "<p> </p>",
        "<!-- nothing -->",
        "&nbsp;",
        "a\x00b",
        "a\x08b",
        "\ud800",
        "<p>" * 300 + "x" + "</p>" * 300,
    ],
)
def test_what_runs_or_is_no_xhtml_is_refused(content: str) -> None:
    assert problem_of_div(DIV.format(content)).endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        "a<!--><img src=x onerror=alert(1)>-->",
        "a<!---><img src=x onerror=alert(1)>-->",
        "a<!-- --!><img src=x onerror=alert(1)>-->",
        "a<![CDATA[x><img src=x onerror=alert(1)>]]>",
        "a<![CDATA[<script>]]>",
        "a<&excl;-- <img src='x' onerror='alert(1)'/> -->",
        "<b&Tab;title='x onmouseover=alert(1) '>a</b>",
        "<b title=&QUOT;x onmouseover=alert(1) &QUOT;>a</b>",
    ],
)
def test_what_is_a_comment_or_text_only_to_xml_is_refused(content: str) -> None:
    assert problem_of_div(DIV.format(content)).endswith(".")


def test_a_named_bracket_begins_no_markup() -> None:
    hidden = 'a&LT;!-- <img src="x" onerror="alert(1)"/> --&GT;'
    assert "attribute" in problem_of_div(DIV.format(hidden))


@pytest.mark.parametrize(
    "div",
    [
        "<div>x</div>",
        "<p>x</p>",
        "x",
        "",
        "{}",
        '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
        f"{OPEN}>x</div>y",
        f"{OPEN}>x</div>{OPEN}>y</div>",
        f'<!DOCTYPE div [<!ENTITY a "aaaa">]>{OPEN}>&a;</div>',
        f'<!DOCTYPE div SYSTEM "file:///etc/passwd">{OPEN}>x</div>',
        f"<!DOCTYPE div>{OPEN}>x</div>",
        f'<?xml version="1.0"?>{OPEN}>x</div>',
        f"{OPEN}>x</div><!--><img src=x onerror=alert(1)>-->",
        f'{OPEN} onmouseover="x">x</div>',
    ],
)
def test_it_is_one_div_without_a_document_type(div: str) -> None:
    assert problem_of_div(div).endswith(".")


@however_slow
@given(st.text(alphabet="<>/&;:'\"=abdivscript \n\x00!-[]?"))
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(problem_of_div(DIV.format(text)), str)
    assert isinstance(problem_of_div(text), str)


def test_it_is_looked_at_with_its_resource() -> None:
    script = {"status": "generated", "div": DIV.format("<script>x</script>")}
    assert told(but(REBECCA, text=script)) == [("value", "Patient.text.div")]
    assert told(but(REBECCA, text={"status": "generated", "div": DIV.format("x")})) == []
    assert told(but(REBECCA, text={"div": DIV.format("x")})) == [
        ("required", "Patient.text.status")
    ]
