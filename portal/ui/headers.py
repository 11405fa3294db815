"""What every page tells browsers and caches beside Django's own headers.

https://owasp.org/www-project-secure-headers/
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# What no page of ours asks for, no injected script may either. Passkeys need the first two.
_PERMISSIONS = ", ".join(
    [
        "publickey-credentials-create=(self)", "publickey-credentials-get=(self)",
        "clipboard-write=(self)",
        *(
            f"{each}=()" for each in (
                "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
                "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial",
                "usb", "xr-spatial-tracking",
            )
        ),
    ]
)  # fmt: skip


class HeadersMiddleware:
    """Comes after the one that says who it is; a view's own headers stand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        # Pictures of ours that pages of others show are static files, which do not come here.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated:  # no cache keeps what is somebody's own
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
