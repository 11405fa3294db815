"""What clients send by accident and on purpose: odd texts, and values that are nearly right."""

from hypothesis import strategies as st

# Each has broken some server somewhere.
NASTY = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x7f",
    "\u2028",
    "\ufeff",
    "\U0001f469\u200d\U0001f52c",
    "e\u0301",
    "\u0130",
    "ﬁ",
    "ß",
    "\u202eabc",
    "\ud800",
    "'",
    '"',
    "';--",
    "' OR '1'='1",
    "%",
    "%%",
    "%s",
    "%(x)s",
    "%00",
    "%zz",
    "_",
    "\\",
    "\\\\",
    "\\,",
    "a\\",
    "$",
    "$1",
    "{}",
    "{0}",
    "{x}",
    "{{7*7}}",
    "${7*7}",
    "[]",
    "[",
    "(",
    "(a+)+$",
    "*",
    ".",
    "..",
    "../../etc/passwd",
    "//",
    "/",
    "?",
    "#",
    "&",
    "|",
    "||",
    "|||",
    ",",
    ",,",
    ":",
    "::",
    ";",
    "@",
    "~",
    "<script>alert(1)</script>",
    "\r\n",
    "a\r\nSet-Cookie: x=1",
    "\t",
    "null",
    "None",
    "undefined",
    "true",
    "NaN",
    "Infinity",
    "-Infinity",
    "-0",
    "0",
    "-1",
    "1e308",
    "1e309",
    "1e-400",
    "9" * 19,
    "9" * 40,
    "0x10",
    "1_000",
    "١٢٣",
    "²",
    "2024-02-30",
    "0000-00-00",
    "0000",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "10000-01-01",
    "2024-13",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-01-01T00:00:00+99:99",
    "2024-W01",
    "now",
    "http://",
    "http://[::1",
    "http://localhost:0/x",
    "urn:uuid:",
    "javascript:alert(1)",
    "Patient/",
    "Patient//",
    "Patient/1/_history/",
    "/Patient/1",
    "Nothing/1",
    "#contained",
    "a" * 65,
    "a" * 300,
    "a" * 3000,
    "é" * 2000,
)


def text() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(NASTY),
        st.text(max_size=12),
        st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map("".join),
    )


def name() -> st.SearchStrategy[str]:
    """Of something that a server knows, or nearly."""
    return st.one_of(st.from_regex(r"[A-Za-z_$][A-Za-z0-9_.:-]{0,20}", fullmatch=True), text())


def date() -> st.SearchStrategy[str]:
    right = st.sampled_from(("2020", "2021-03", "2022-04-05", "2023-01-01T10:00:00Z", "1978-04-12"))
    return st.tuples(
        st.sampled_from(("", "eq", "ne", "lt", "gt", "ge", "le", "sa", "eb", "ap", "xx", "GE")),
        st.one_of(right, right, text()),
    ).map("".join)


def number() -> st.SearchStrategy[str]:
    right = st.sampled_from(("1", "5.40", "100", "1e2", "0.0001", "-3"))
    return st.tuples(
        st.sampled_from(("", "eq", "ne", "lt", "gt", "ge", "le", "sa", "eb", "ap")),
        st.one_of(right, right, text()),
    ).map("".join)
