"""How our pages look, so that an app opened from them can look alike; from the design tokens.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#styling
"""

import re
from functools import lru_cache
from pathlib import Path

import orjson
from django.contrib.staticfiles import finders

from fhirapi.smart.published.public import public_document

_ROOT = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_MEMBERS = {
    "color_background": "paper",
    "color_error": "bad",
    "color_highlight": "brand",
    "color_modal_backdrop": "bar",
    "color_success": "good",
    "color_text": "ink",
    "dim_border_radius": "radius-s",
    "dim_font_size": "text-m",
    "dim_spacing_size": "gap-m",
    "font_family_body": "font-text",
    "font_family_heading": "font-text",
}


@public_document()
@lru_cache(maxsize=1)
def smart_style() -> bytes:
    found = finders.find("css/tokens.css")
    if not isinstance(found, str):
        raise LookupError("the design tokens are not among the static files")
    light = _ROOT.search(Path(found).read_text(encoding="utf-8"))
    tokens = dict(_TOKEN.findall(light[1] if light else ""))
    told = {name: " ".join(tokens[token].split()) for name, token in _MEMBERS.items()}
    return orjson.dumps(told)
