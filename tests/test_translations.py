"""Every text of a page has its Spanish, with the same placeholders, compiled as it stands."""

import re

import pytest
from django.utils import translation

from fhirapi.definitions import registry
from tools import messages

_ENGLISH_ONLY = {"admin", "operations"}
_NOT_TEXT = re.compile(
    r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}"
    r"|\{% block main_class %\}[^{]*|<(pre|code|script|style)\b.*?</\1>",
    re.DOTALL,
)
_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|&\w+;", re.DOTALL)
_TOLD = re.compile(r'\s(?:aria-label|title|alt|placeholder|data-label|data-name)="([^"]*)"')
_WORD = re.compile(r"[A-Za-z_]{3,}")
_NAMES = {
    "QSmartCare", "AccessKeyID", "SecretAccessKey", "FHIR", "MRN", "PDF", "CSV", "US", "Core",
    "OAuth", "Patient", "patient", "php", "kid", "client", "secret", "curl", "client_id",
    "client_secret", "NDJSON",
}  # fmt: skip
BY_LANGUAGE = pytest.mark.parametrize("language", messages.LANGUAGES)
_TAG = re.compile(r"</?(\w+)")


@BY_LANGUAGE
def test_no_text_is_left_untranslated(language):
    assert messages.untranslated(language) == [], "run `make messages` and translate these"


def test_every_text_of_a_template_is_marked():
    every = sorted((messages.ROOT / "templates").rglob("*.html"))
    paths = [path for path in every if not _ENGLISH_ONLY & set(path.parts)]
    left = {path.name: found for path in paths if (found := _unmarked(path.read_text()))}
    assert left == {}


def _unmarked(page):
    rest = _CODE.sub(" ", _NOT_TEXT.sub(" ", page))
    texts = [*_TOLD.findall(rest), *re.sub(r"<[^>]*>", "\n", rest).splitlines()]
    return [each.strip() for each in texts if set(_WORD.findall(each)) - _NAMES]


@BY_LANGUAGE
def test_the_catalogue_is_of_today(language):
    written = messages.po_text(messages.renewed(language))
    assert messages.po_file(language).read_bytes() == written, "run `make messages`"


@BY_LANGUAGE
def test_no_translation_is_a_guess(language):
    assert [each.id for each in messages.catalogue(language) if each.id and each.fuzzy] == []


@BY_LANGUAGE
def test_translations_have_the_placeholders_and_tags_of_their_text(language):
    wrong = [
        said
        for each in messages.catalogue(language)
        if each.id
        for said, told in messages.pairs(each)
        if told and _marks(said) != _marks(told)
    ]
    assert wrong == []


def _marks(text):
    return sorted(messages.placeholders(text)), sorted(_TAG.findall(text))


@BY_LANGUAGE
def test_the_compiled_catalogue_is_of_today(language):
    kept = messages.po_file(language).with_suffix(".mo").read_bytes()
    assert kept == messages.compiled(language), "run `make messages`"


def test_types_of_data_are_named_in_spanish():
    with translation.override("es"):
        same = [
            each.words
            for each in registry.readable()
            if translation.gettext(each.words) == each.words
        ]
    assert same == []
