"""Which version of the product the documentation is of, and when a page need not be sent again."""

import re
import tomllib
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@cache
def version() -> str:
    told = tomllib.loads((settings.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def revalidated(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """304 where the browser has the page as it is. RFC 9110 section 13.1.2

    The language form's token is another in each answer; the one that a browser keeps stays good
    for as long as it has the same cookie.
    """
    cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "").encode()
    digest = sha256(_TOKEN.sub(b"", response.content) + cookie).hexdigest()[:32]
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    answer = get_conditional_response(request, response["ETag"], response=response)
    return answer if answer is not None else response
