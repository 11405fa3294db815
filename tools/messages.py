"""Brings `locale/` up to date: what pages say, extracted from templates and Python, and compiled.

``make messages`` runs it. Babel does the work, so that no machine needs the gettext tools, and the
compiled catalogue is kept in the tree, so that the product does not need Babel.
https://babel.pocoo.org/en/latest/messages.html
"""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import IDENTITY

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("es",)
PLURALS = "nplurals=2; plural=(n != 1);"
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# The operations desk is English only.
_ENGLISH_ONLY = ("templates/admin/", "portal/operations/")
GENDERS = ("female", "male", "other", "unknown")
"""http://hl7.org/fhir/R4/valueset-administrative-gender.html"""
Found = tuple[str, str | tuple[str, ...], str | None]
"""Where, what (singular and plural), in which context."""


def po_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def texts() -> Iterator[Found]:
    """Every text that is marked for translation."""
    for path in _files("templates", "*.html", "*.txt"):
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # What templatize leaves of the page's own text is indented as HTML, not as Python.
        yield from _in(_name(path), "\n".join(line.strip() for line in source.splitlines()))
    for path in (
        *_files("portal", "*.py"),
        *_files("fhirapi", "*.py"),
        *_files("qsmartcare", "*.py"),
    ):
        source = path.read_text(encoding="utf-8")
        if "django.utils.translation" in source:
            yield from _in(_name(path), source)
    for text in of_pure_rooms():
        yield "fhirapi/definitions", text, None


def of_pure_rooms() -> list[str]:
    """Plain words of rooms that do not know Django; the portal translates them at its border."""
    parts = [part.words for each in PARTS.values() for part in each]
    types = [each.words for each in registry.readable()]
    return [*types, *parts, *IDENTITY.values(), *granular.WORDS, *GENDERS]


def _in(where: str, source: str) -> Iterator[Found]:
    code = io.BytesIO(source.encode())
    options = {"encoding": "utf-8"}
    for _line, words, _comments, context in extract("python", code, _KEYWORDS, (), options):
        yield where, words, context


def _files(folder: str, *patterns: str) -> list[Path]:
    found = (path for pattern in patterns for path in (ROOT / folder).rglob(pattern))
    return sorted(path for path in found if not _name(path).startswith(_ENGLISH_ONLY))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def catalogue(language: str) -> Catalog:
    """The translations that are there."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def renewed(language: str) -> Catalog:
    """Those translations for the texts of today.

    What nothing says at the moment is kept aside (``#~``): a text that comes back, with a branch
    that is merged for instance, has its translation again.
    """
    old, new = catalogue(language), Catalog(locale=language, project="QSmartCare", charset="utf-8")
    known = {**old.obsolete, **{_key(each): each for each in old if each.id}}
    for where, words, context in texts():
        message = new.add(words, locations=[(where, 0)], context=context)
        before = known.pop(_key(message), None)
        if before is not None and not before.fuzzy:
            message.string = before.string
    said = {_key(each) for each in new}
    for key, each in known.items():
        if key not in said and all(_forms(each.string)):
            each.locations = []
            new.obsolete[key] = each
    return new


def _key(message: Message) -> str | tuple[str, str]:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return (text, message.context) if message.context else text


def po_text(found: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, found, width=100, sort_output=True, omit_header=True, include_lineno=False)
    head = (
        f"# Written by `make messages`; translate here, then run it again.\n"
        f'msgid ""\nmsgstr ""\n"Language: {found.locale_identifier}\\n"\n'
        f'"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {PLURALS}\\n"\n\n'
    )
    return head.encode() + written.getvalue()


def compiled(language: str) -> bytes:
    written = io.BytesIO()
    found = catalogue(language)
    found.obsolete.clear()
    # The catalogue's own dates would make two runs differ.
    found.creation_date = found.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(written, found)
    return written.getvalue()


def untranslated(language: str) -> list[str]:
    return [str(each.id) for each in renewed(language) if each.id and not all(_forms(each.string))]


def pairs(message: Message) -> list[tuple[str, str]]:
    """Text and translation, one pair for each form of a plural."""
    return list(zip(_forms(message.id), _forms(message.string), strict=True))


def _forms(text: str | Sequence[str] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def main() -> int:
    for language in LANGUAGES:
        po = po_file(language)
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(po_text(renewed(language)))
        po.with_suffix(".mo").write_bytes(compiled(language))
        missing = untranslated(language)
        sys.stdout.write(f"{language}: {len(missing)} texts are not translated\n")
        sys.stdout.writelines(f"  {text}\n" for text in missing)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
