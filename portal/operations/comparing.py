"""What an account and the records that may be the same person say, side by side."""

from dataclasses import dataclass
from typing import Any

from portal.accounts.matching import Candidate
from portal.accounts.models import Account

_VERDICTS = {True: ("agrees", "agrees"), False: ("differs", "does not agree"), None: ("", "")}


@dataclass(frozen=True)
class Cell:
    text: str
    verdict: str
    """For the eye; ``words`` say it too."""
    words: str


@dataclass(frozen=True)
class Line:
    words: str
    told: str
    cells: list[Cell]


def compare(account: Account, found: list[Candidate]) -> list[Line]:
    born = f"{account.birth_date:%m/%d/%Y}" if account.birth_date else ""
    name = " ".join(
        each for each in (account.first_name, account.middle_name, account.last_name) if each
    )
    middles = [_cell(_name(each), not each.middle_name_differs) for each in found]
    places = ", ".join(each for each in (account.city, account.state) if each)
    return [
        Line("Name", name, middles),
        Line("Date of birth", born, [_cell(_born(each), True) for each in found]),
        Line("Email", account.email, [_email(each) for each in found]),
        Line("Phone", account.phone, [_phone(each) for each in found]),
        Line("City, state", places, [_place(account, each) for each in found]),
        Line("MRN", "-", [_cell(_mrn(each), None) for each in found]),
        Line("Record", "-", [_standing(each) for each in found]),
        Line("Account", "-", [_linked(each) for each in found]),
    ]


def _cell(text: str, agrees: bool | None) -> Cell:
    return Cell(text, *_VERDICTS[agrees])


def _email(candidate: Candidate) -> Cell:
    return _cell(_telecom(candidate, ("email",)), candidate.email_agrees)


def _phone(candidate: Candidate) -> Cell:
    return _cell(_telecom(candidate, ("phone", "sms")), candidate.phone_agrees)


def _place(account: Account, candidate: Candidate) -> Cell:
    addresses = candidate.resource.get("address", [])
    text = "; ".join(
        ", ".join(part for part in (each.get("city"), each.get("state")) if part)
        for each in addresses
    )
    if not account.city or not addresses:
        return _cell(text, None)
    cities = {str(each.get("city", "")).casefold() for each in addresses}
    return _cell(text, account.city.casefold() in cities)


def _standing(candidate: Candidate) -> Cell:
    text = "active" if candidate.is_active else "inactive or deceased"
    return Cell(text, "" if candidate.is_active else "differs", "")


def _linked(candidate: Candidate) -> Cell:
    if candidate.is_linked:
        return Cell("linked to another account", "differs", "")
    return Cell("none", "", "")


def _name(candidate: Candidate) -> str:
    names = [_whole(each) for each in candidate.resource.get("name", [])]
    return "; ".join(each for each in names if each)


def _whole(name: dict[str, Any]) -> str:
    return name.get("text") or " ".join([*name.get("given", []), name.get("family", "")]).strip()


def _born(candidate: Candidate) -> str:
    year, *rest = str(candidate.resource.get("birthDate", "")).split("-")
    return "/".join([*rest, year])


def _mrn(candidate: Candidate) -> str:
    return ", ".join(
        str(each.get("value", "")) for each in candidate.resource.get("identifier", [])
    )


def _telecom(candidate: Candidate, systems: tuple[str, ...]) -> str:
    points = candidate.resource.get("telecom", [])
    return ", ".join(str(each.get("value", "")) for each in points if each.get("system") in systems)
