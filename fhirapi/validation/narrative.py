"""What a narrative may hold: basic XHTML, and nothing that runs or loads in a reader's browser.

https://hl7.org/fhir/R4/narrative.html#xhtml (txt-1, txt-2)
"""

import html.entities
import re
from collections.abc import Mapping
from xml.parsers import expat

_XHTML = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/XML/1998/namespace"
_DEEPEST = 200
_ELEMENTS = (
    "a", "abbr", "acronym", "address", "area", "b", "bdo", "big", "blockquote", "br", "caption",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "map", "ol", "p", "pre", "q",
    "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "tt", "ul", "var",
)  # fmt: skip
_EVERYWHERE = frozenset(("class", "dir", "id", "lang", "style", "title", "tabindex", "accesskey"))
_CELLS = "align valign char charoff"
_OF_ELEMENTS = {
    "a": "charset coords href hreflang name rel rev shape type",
    "area": "alt coords href nohref shape",
    "blockquote": "cite",
    "br": "clear",
    "caption": "align",
    "col": f"{_CELLS} span width",
    "colgroup": f"{_CELLS} span width",
    "del": "cite datetime",
    "div": "align",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p"), "align"),
    "hr": "align noshade size width",
    "img": "align alt border height hspace ismap longdesc src usemap vspace width",
    "ins": "cite datetime",
    "li": "type value",
    "map": "name",
    "ol": "compact start type",
    "pre": "width",
    "q": "cite",
    "table": "align bgcolor border cellpadding cellspacing frame rules summary width",
    **dict.fromkeys(("tbody", "tfoot", "thead"), _CELLS),
    **dict.fromkeys(
        ("td", "th"),
        f"{_CELLS} abbr axis bgcolor colspan headers height nowrap rowspan scope width",
    ),
    "tr": f"{_CELLS} bgcolor",
    "ul": "compact type",
}
_ALLOWED = {name: _EVERYWHERE | set(_OF_ELEMENTS.get(name, "").split()) for name in _ELEMENTS}
_ADDRESSES = frozenset(("href", "src", "cite", "longdesc", "usemap"))
_SCHEME = re.compile(r"([^/?#]*?):")
_SCHEMES = frozenset(("http", "https", "mailto", "tel", "urn"))
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_ACTIVE_STYLE = re.compile(
    r"(?:url|src|image|image-set|expression)\s*\(|@import|behavior|-moz-binding|script:|progid|\\|/\*",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))


class _Refused(Exception):
    """With the text that says why."""


def problem_of_div(div: str) -> str:
    """What is wrong with it; the empty text if nothing is."""
    if _CONTROL.search(div):
        return "It holds control characters or is not valid Unicode."
    try:
        reader = _Reader()
        reader.parser.Parse(_ENTITY.sub(_character, div), True)
    except _Refused as refused:
        return str(refused)
    except expat.ExpatError:
        return "It is not well-formed XHTML."
    return "" if reader.has_content else "The narrative has no content (txt-2)."


def _character(match: re.Match[str]) -> str:
    """HTML's names of characters, which XML does not know, as numbers; those of XML stay.

    Never the character itself: XML would take for markup what is text to a browser.
    """
    name = match[1]
    found = "" if name in _OF_XML else html.entities.html5.get(f"{name};", "")
    return "".join(f"&#{ord(each)};" for each in found) or match[0]


class _Reader:
    def __init__(self) -> None:
        self.has_content = False
        self._depth = 0
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        # No document type: neither entities that grow nor files of ours can be named.
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.ProcessingInstructionHandler = self._refuse
        self.parser.XmlDeclHandler = self._refuse
        # HTML knows these only in foreign elements; elsewhere they end at the first ">".
        self.parser.StartCdataSectionHandler = self._refuse
        self.parser.CommentHandler = self._comment

    def _refuse(self, *_: object) -> None:
        raise _Refused(
            "It may hold neither a document type, nor processing instructions, nor CDATA sections "
            "(txt-1)."
        )

    def _comment(self, text: str) -> None:
        # https://html.spec.whatwg.org/multipage/syntax.html#comments
        if text.startswith((">", "->")) or "--!>" in text:
            raise _Refused("It holds a comment that ends earlier in HTML than in XML (txt-1).")

    def _start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        namespace, _, name = qualified.rpartition(" ")
        self._depth += 1
        if self._depth == 1 and qualified != f"{_XHTML} div":
            raise _Refused(f"It has to be a <div> with xmlns={_XHTML} (txt-1).")
        if self._depth > _DEEPEST:
            raise _Refused("It is nested too deeply.")
        if namespace != _XHTML or name not in _ALLOWED:
            raise _Refused("It holds an element that a narrative may not have (txt-1).")
        for attribute, value in attributes.items():
            _require_harmless(name, attribute, value)
        self.has_content = self.has_content or name == "img"

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        self.has_content = self.has_content or not text.isspace()


def _require_harmless(element: str, attribute: str, value: str) -> None:
    if attribute == f"{_XML} lang":
        return
    if attribute not in _ALLOWED[element]:
        raise _Refused("It holds an attribute that a narrative may not have (txt-1).")
    if attribute in _ADDRESSES and not _is_harmless(element, value):
        raise _Refused("It holds an address of a kind that a narrative may not have (txt-1).")
    if attribute == "style" and _ACTIVE_STYLE.search(value):
        raise _Refused("It holds a style that loads or runs something (txt-1).")


def _is_harmless(element: str, address: str) -> bool:
    # Browsers pass over blanks and control characters within a scheme.
    scheme = _SCHEME.match("".join(address.split()))
    if scheme is None or scheme[1].lower() in _SCHEMES:
        return True
    return element == "img" and _IMAGE.fullmatch(address.strip()) is not None
