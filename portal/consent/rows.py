"""The check boxes of the consent page: what is asked for, by type of data, and what was ticked.

Nothing is opened whose box is not ticked. A type of which all parts are ticked is opened as a
whole; otherwise its ticked parts take its place, as scopes with a category. What an app may change
has rows of its own: it may be let see what it is not let change. Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access import granular
from fhirapi.smart.access.overlap import canonical
from fhirapi.smart.access.scopes import CONTEXTS, IDENTITY, V1, WRITES, Scope, parse_one

# They say which launch it is, not what is opened.
_OF_THE_LAUNCH = ("launch", "launch/patient", "launch/encounter")
_V1_WORDS = {frozenset(letters): word for word, letters in V1.items()}
_ABOUT_YOU = {
    "openid": _("A number that stands for your account. It holds no name."),
    "fhirUser": _(
        "Which record is you, and what stands in it about you: as patient, provider or relative."
    ),
    "profile": _("The name of your account."),
}
_HOW_LONG = {
    "offline_access": _("The app goes on fetching data without you, until the day below."),
    "online_access": _("The app may renew its access until it ends, without asking you each time."),
}


@dataclass(frozen=True)
class Box:
    value: str
    words: str
    about: str | Promise = ""
    is_ticked: bool = True


@dataclass
class Row:
    """A type of data with the parts of it that can be opened alone."""

    value: str
    words: str
    about: str | Promise = ""
    is_ticked: bool = True
    parts: list[Box] = field(default_factory=list)
    is_whole: bool = False
    """Whether the whole type is asked for, so that all its parts are offered."""
    changes: bool = False
    """Whether it is about changing, not about seeing."""

    @property
    def is_in_part(self) -> bool:
        return any(not each.is_ticked for each in self.parts)


@dataclass(frozen=True)
class Table:
    """Rows of one kind: the data of a patient, of everybody, shared by the practice, or what of

    all of these may be changed.
    """

    kind: str
    rows: list[Row]


@dataclass(frozen=True)
class Boxes:
    about_you: list[Box]
    how_long: list[Box]
    tables: list[Table]

    @property
    def is_offline(self) -> bool:
        return any(each.value == "offline_access" for each in self.how_long)


def boxes(scopes: Iterable[str], ticked: Collection[str] | None = None) -> Boxes:
    """``ticked``: the values that came back; None for a new page, where everything is."""
    words = list(scopes)
    rows = _rows(words)
    if ticked is not None:
        rows = {scope: _with_ticks(row, ticked) for scope, row in rows.items()}
    kinds: dict[str, list[Row]] = {kind: [] for kind in (*CONTEXTS, "change", "shared")}
    for scope, row in rows.items():
        declared = registry.find_readable(scope.resource_type)
        kind = "shared" if declared and declared.is_shared else scope.context
        kinds["change" if row.changes else kind].append(row)
    return Boxes(
        about_you=_identity(words, _ABOUT_YOU, ticked),
        how_long=_identity(words, _HOW_LONG, ticked),
        tables=[Table(kind, found) for kind, found in kinds.items() if found],
    )


def granted(scopes: Iterable[str], ticked: Collection[str]) -> list[str]:
    """The scopes that the ticked boxes leave, whole ones as the app wrote them."""
    words = list(scopes)
    rows = _rows(words)
    found: dict[str, None] = {}
    for word in words:
        scope = parse_one(word)
        if scope is None:
            found |= {word: None} if word in ticked or word in _OF_THE_LAUNCH else {}
        else:
            found |= dict.fromkeys(_left_of(word, scope, rows, ticked))
    return list(found)


def _left_of(word: str, scope: Scope, rows: dict[Scope, Row], ticked: Collection[str]) -> list[str]:
    left: list[Scope] = []
    is_all = True
    for single in _singles(scope):
        row = rows[replace(single, constraint="")]
        kept = _kept(single, row, ticked)
        is_all = is_all and kept == [single]
        left += kept
    if is_all:
        return [word]
    # An app of version 1 goes on reading its own spelling, where that can say it.
    is_v1 = word.partition("?")[0].rpartition(".")[2] in V1
    return [_spelt(each, is_v1) for each in _joined(left)]


def _kept(single: Scope, row: Row, ticked: Collection[str]) -> list[Scope]:
    if row.value not in ticked:
        return []
    if single.constraint:
        return [single] if str(canonical(single)) in ticked else []
    kept = [each.value for each in row.parts if each.value in ticked]
    if len(kept) == len(row.parts):
        return [single]
    return [scope for each in kept if (scope := parse_one(each))]


def _joined(left: Iterable[Scope]) -> list[Scope]:
    """Seeing and changing of the same data in one scope again."""
    found: dict[Scope, frozenset[str]] = {}
    for each in left:
        data = replace(each, permissions=frozenset())
        found[data] = found.get(data, frozenset()) | each.permissions
    return [replace(data, permissions=permissions) for data, permissions in found.items()]


def _spelt(scope: Scope, is_v1: bool) -> str:
    ending = _V1_WORDS.get(scope.permissions) if is_v1 and not scope.constraint else None
    return f"{scope.context}/{scope.resource_type}.{ending}" if ending else str(scope)


def _rows(words: list[str]) -> dict[Scope, Row]:
    """By type and what may be done with it; two spellings of one scope share a row."""
    found: dict[Scope, Row] = {}
    scopes = [scope for word in words if (scope := parse_one(word))]
    for single in (each for scope in scopes for each in _singles(scope)):
        bare = replace(single, constraint="")
        row = found.setdefault(bare, _row(bare))
        if single.constraint:
            _add(row, single)
        else:
            row.is_whole = True
    for bare, row in found.items():
        if row.is_whole:
            for part in PARTS.get(bare.resource_type, ()):
                _add(row, replace(bare, constraint=part.constraint))
    return found


def _add(row: Row, single: Scope) -> None:
    value = str(canonical(single))
    if value not in [each.value for each in row.parts]:
        row.parts.append(Box(value, granular.constraint_in_words(single, gettext)))


def _row(bare: Scope) -> Row:
    words, about = granular.type_in_words(bare.resource_type, gettext), ""
    if not granular.is_seeing(bare.permissions):
        deeds = granular.deeds_in_words(bare.permissions, gettext)
        about = gettext("The app may %(deeds)s them.") % {"deeds": deeds}
    return Row(str(bare), words, about, changes=bool(bare.permissions & WRITES))


def _with_ticks(row: Row, ticked: Collection[str]) -> Row:
    parts = [replace(each, is_ticked=each.value in ticked) for each in row.parts]
    return replace(row, is_ticked=row.value in ticked, parts=parts)


def _singles(scope: Scope) -> list[Scope]:
    """A scope for all types, type by type, and what it lets see apart from what it lets change."""
    is_wide = scope.resource_type == "*"
    types = [each.name for each in registry.readable()] if is_wide else [scope.resource_type]
    seen, changed = scope.permissions - WRITES, scope.permissions & WRITES
    return [
        replace(scope, resource_type=name, permissions=each)
        for each in (seen, changed)
        if each
        for name in types
    ]


def _identity(
    words: list[str], offered: Mapping[str, str | Promise], ticked: Collection[str] | None
) -> list[Box]:
    return [
        Box(
            word, gettext(IDENTITY[word]), offered[word], is_ticked=ticked is None or word in ticked
        )
        for word in words
        if word in offered
    ]
