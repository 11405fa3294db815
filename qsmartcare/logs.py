"""Keeps addresses out of the log: a path may hold a patient's id or the token of a letter.

https://docs.djangoproject.com/en/5.2/ref/logging/#django-request
"""

import logging

_UNKNOWN = "unknown address"
_FOREIGN_HOST = "django.security.DisallowedHost"
_NOT_OURS = "a request for a host that ALLOWED_HOSTS does not have"


class RoutesForPaths(logging.Filter):
    """Names the route (``recover/<token>/``) where Django would have named the path.

    What was raised keeps its traceback, unless it was a refusal (PermissionDenied), of which the
    status says enough. Works on the record itself: before Python 3.12 a filter cannot hand on
    another one.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == _FOREIGN_HOST:
            # Whatever somebody has written into the header, and a traceback for each.
            record.msg, record.args, record.exc_info = _NOT_OURS, (), None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        request = getattr(record, "request", None)
        if isinstance(record.args, tuple) and hasattr(request, "path"):
            route = _route_of(request)
            if record.levelno < logging.ERROR:
                record.exc_info = None
            record.args = tuple(route if _is_path(each) else each for each in record.args)
        return True


def _route_of(request: object) -> str:
    match = getattr(request, "resolver_match", None)
    route = getattr(match, "route", None)
    return _UNKNOWN if route is None else f"/{route}"


def _is_path(argument: object) -> bool:
    """Django hands the path on escaped, at times with the query: every form begins alike."""
    return isinstance(argument, str) and argument.startswith("/")
