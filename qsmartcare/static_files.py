"""How static files are named and kept: by their content, compressed once, modules among them."""

from django.contrib.staticfiles.storage import ManifestFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_OURS = "js/*.js"  # those of packages refer to files that they do not bring


class Storage(CompressedManifestStaticFilesStorage):
    """``import ... from "./other.js"`` of a module leads to the other's name by content as well.

    https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#manifeststaticfilesstorage
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        _OURS,
        ManifestFilesMixin._js_module_import_aggregation_patterns[1],
    )
