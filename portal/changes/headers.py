"""The headers that tell an app that what it uses is going to end.

https://www.rfc-editor.org/rfc/rfc9745 (Deprecation), https://www.rfc-editor.org/rfc/rfc8594
(Sunset and its link relation)
"""

from django.conf import settings
from django.utils.http import http_date

from fhirapi.definitions import deprecations


def headers_of(path: str) -> list[tuple[str, str]]:
    """None for what stays. The page is named by address alone: this runs before any routing."""
    found = deprecations.of_address(path)
    if found is None:
        return []
    page = f"{settings.BASE_URL}/changes/#{found.key}"
    told = [("Deprecation", f"@{int(found.since.timestamp())}")]
    links = [f'<{page}>; rel="deprecation"; type="text/html"']
    if found.ends:
        told.append(("Sunset", http_date(found.ends.timestamp())))
        links.append(f'<{page}>; rel="sunset"; type="text/html"')
    return [*told, ("Link", ", ".join(links))]
