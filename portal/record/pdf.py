"""A record as a PDF with its font inside: Latin, Greek and Cyrillic letters with all their marks.

https://py-pdf.github.io/fpdf2/
"""

import unicodedata
from collections.abc import Iterable
from importlib.resources import as_file, files
from itertools import groupby

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from fhirapi.smart.people.patients import PatientSummary
from portal.record.lines import Line
from portal.record.readable import MOST, Chapter

_FONT = "FiraSans"
_FILES = {"": "FiraSans-Regular.ttf", "B": "FiraSans-SemiBold.ttf"}
_GREY = 90


def pdf(person: PatientSummary, chapters: Iterable[Chapter]) -> bytes:
    made = _Document(person)
    made.begin()
    for each in chapters:
        made.chapter(each)
    made.end()
    return bytes(made.output())


class _Document(FPDF):
    def __init__(self, person: PatientSummary) -> None:
        super().__init__(format="letter")
        self._person = person
        self._is_incomplete = False
        self._letters = self._load_font()
        self.set_title(_("Health record"))
        self.set_lang(get_language() or "en")
        # Readers show the title, not the name of the file. ISO 14289-1 7.1
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_creator("QSmartCare")
        self.set_auto_page_break(auto=True, margin=18)
        self.alias_nb_pages()

    def _load_font(self) -> frozenset[str]:
        """What it can print."""
        for style, name in _FILES.items():
            with as_file(files("fontpkg_fira_sans") / "files" / name) as path:
                self.add_font(_FONT, style, path)
        font = self.fonts[_FONT.lower()]
        return frozenset(map(chr, font.cmap)) if isinstance(font, TTFFont) else frozenset()

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(_FONT, size=8)
        self.set_text_color(_GREY)
        words = f"{self._person.name} · MRN {self._person.mrn} · {self.page_no()}/{{nb}}"
        self.cell(0, 8, self._printable(words), align="C")
        self.set_text_color(0)

    def begin(self) -> None:
        self.add_page()
        self.set_font(_FONT, "B", 20)
        self._say(self._person.name, 10)
        self.set_font(_FONT, size=10)
        person = self._person
        sex = _(person.gender) if person.gender else ""
        facts = ((_("MRN"), person.mrn), (_("Born"), person.born), (_("Sex"), sex))
        self._say(" · ".join(f"{name} {value or '—'}" for name, value in facts))
        made = f"{timezone.localtime():%m/%d/%Y}"
        self._say(_("Health record from QSmartCare, as of %s.") % made)

    def chapter(self, chapter: Chapter) -> None:
        self.ln(5)
        self.set_font(_FONT, "B", 13)
        if self.will_page_break(24):
            self.add_page()
        title = str(chapter.section.words)
        self.start_section(self._printable(title))
        self._say(title, 8)
        self.set_font(_FONT, size=9)
        if not chapter.lines:
            self._say(_("Nothing of this kind is in the record."))
            return
        for name, lines in groupby(chapter.lines, key=_name):
            self.set_font(_FONT, "B", 9)
            self._say(name, 4.6)
            self.set_font(_FONT, size=9)
            self._say("\n".join(map(_about, lines)), 4.4)
            self.ln(1.2)
        if chapter.is_cut:
            self._say(_("Only the newest %s are shown.") % MOST)

    def end(self) -> None:
        if self._is_incomplete:
            self.ln(6)
            self._say(_("Letters that the font of this file lacks are shown as ?."))

    def _say(self, text: str, height: float = 5) -> None:
        words = self._printable(text)
        self.multi_cell(0, height, words, align="L", new_x="LMARGIN", new_y="NEXT")

    def _printable(self, text: str) -> str:
        """What the font has; other letters without their marks, else a question mark."""
        found = "".join(map(self._letter, text))
        self._is_incomplete = self._is_incomplete or found.count("?") > text.count("?")
        return found

    def _letter(self, letter: str) -> str:
        if letter in self._letters or letter == "\n":
            return letter
        plain = unicodedata.normalize("NFKD", letter)[:1]
        return plain if plain in self._letters else "?"


def _name(line: Line) -> str:
    return f"{line.name} ({line.codes})" if line.codes else line.name


def _about(line: Line) -> str:
    """Results of the same test stand beneath one name, a line each."""
    badges = ", ".join(each.words for each in line.badges)
    more = [f"{each.label}: {each.words}" for each in line.cells if each.words]
    return "  ·  ".join(filter(None, (line.when or "—", badges, *more)))
