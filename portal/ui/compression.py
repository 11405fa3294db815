"""Pages are sent compressed, but for those that show a secret (decisions/0015).

https://docs.djangoproject.com/en/5.2/ref/middleware/#module-django.middleware.gzip
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

NOT_TRANSFORMED = "no-store, private, no-transform"
"""For ``Cache-Control``, of an answer that holds a secret."""


class CompressionMiddleware(GZipMiddleware):
    """``no-transform`` is how a view says that its answer holds a secret. RFC 9111 5.2.2.6"""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "no-transform" in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
