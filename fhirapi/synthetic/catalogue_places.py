"""The practices, where they stand, and the towns their patients live in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    city: str
    state: str
    zip_prefix: str
    """The first four digits; the fifth is drawn."""


@dataclass(frozen=True, slots=True)
class Site:
    number: int
    name: str
    street: str
    town: Town
    postal_code: str
    area_code: str
    latitude: float
    longitude: float
    standard_hours: int
    has_summer_time: bool
    hospital: str
    towns: tuple[Town, ...]

    @property
    def organization_id(self) -> str:
        return f"org-{self.number}"

    @property
    def location_id(self) -> str:
        return f"loc-{self.number}"

    @property
    def hospital_id(self) -> str:
        return f"loc-hospital-{self.number}"


SITES = (
    Site(
        1,
        "Maple Grove Family Medicine",
        "410 Lakeview Drive",
        Town("Madison", "WI", "5370"),
        "53703",
        "608",
        43.0747,
        -89.3844,
        -6,
        True,
        "Four Lakes General Hospital",
        (
            Town("Madison", "WI", "5370"),
            Town("Middleton", "WI", "5356"),
            Town("Sun Prairie", "WI", "5359"),
            Town("Verona", "WI", "5359"),
            Town("Fitchburg", "WI", "5371"),
        ),
    ),
    Site(
        2,
        "Harbor Point Internal Medicine",
        "88 Wharf Street",
        Town("Baltimore", "MD", "2123"),
        "21230",
        "410",
        39.2697,
        -76.6114,
        -5,
        True,
        "Chesapeake Memorial Hospital",
        (
            Town("Baltimore", "MD", "2123"),
            Town("Towson", "MD", "2120"),
            Town("Dundalk", "MD", "2122"),
            Town("Columbia", "MD", "2104"),
            Town("Catonsville", "MD", "2122"),
        ),
    ),
    Site(
        3,
        "Desert Willow Health Center",
        "2750 East Mesa Boulevard",
        Town("Tucson", "AZ", "8571"),
        "85712",
        "520",
        32.2504,
        -110.8903,
        -7,
        False,
        "Sonoran Valley Medical Center",
        (
            Town("Tucson", "AZ", "8571"),
            Town("Oro Valley", "AZ", "8573"),
            Town("Marana", "AZ", "8565"),
            Town("Sahuarita", "AZ", "8562"),
            Town("Vail", "AZ", "8564"),
        ),
    ),
    Site(
        4,
        "Evergreen Community Clinic",
        "1215 Commerce Avenue",
        Town("Tacoma", "WA", "9840"),
        "98402",
        "253",
        47.2529,
        -122.4443,
        -8,
        True,
        "South Sound Regional Hospital",
        (
            Town("Tacoma", "WA", "9840"),
            Town("Puyallup", "WA", "9837"),
            Town("Lakewood", "WA", "9849"),
            Town("Federal Way", "WA", "9800"),
            Town("Gig Harbor", "WA", "9833"),
        ),
    ),
    Site(
        5,
        "Bluebonnet Primary Care",
        "603 Barton Ridge Road",
        Town("Austin", "TX", "7870"),
        "78704",
        "512",
        30.2457,
        -97.7688,
        -6,
        True,
        "Hill Country Medical Center",
        (
            Town("Austin", "TX", "7870"),
            Town("Round Rock", "TX", "7866"),
            Town("Cedar Park", "TX", "7861"),
            Town("Pflugerville", "TX", "7866"),
            Town("San Marcos", "TX", "7866"),
        ),
    ),
)
