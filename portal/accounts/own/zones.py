"""Time zones as people choose them: those of the US first, then the rest of tzdata."""

from functools import cache
from zoneinfo import available_timezones

US_ZONES = {
    "America/New_York": "Eastern", "America/Chicago": "Central", "America/Denver": "Mountain",
    "America/Phoenix": "Mountain, Arizona", "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska", "America/Adak": "Hawaii-Aleutian", "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Atlantic, Puerto Rico", "Pacific/Guam": "Chamorro, Guam",
    "Pacific/Pago_Pago": "Samoa",
}  # fmt: skip
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe",
            "Indian", "Pacific")  # fmt: skip


@cache
def other_zones() -> tuple[str, ...]:
    """Names with a region; the rest of tzdata are old spellings of these."""
    named = (each for each in available_timezones() if each.startswith(_REGIONS) and "/" in each)
    return ("UTC", *sorted(set(named) - set(US_ZONES)))


def find(text: str) -> str | None:
    """By its name in any letter case, its city or the US word for it; None: there is none."""
    wanted = text.strip().replace(" ", "_").casefold()
    everything = (*US_ZONES, *other_zones())
    for spellings in (
        {each: each for each in everything},
        {words.replace(" ", "_"): zone for zone, words in US_ZONES.items()},
        {each.rpartition("/")[2]: each for each in reversed(everything)},
    ):
        for spelling, zone in spellings.items():
            if spelling.casefold() == wanted:
                return zone
    return None
