"""How static files are named and kept: by their content, compressed once, modules among them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# As our modules write it. Django's own pattern would look into packages' scripts as well, which
# refer to files that the packages do not bring.
_IMPORTED = r'(?P<matched>from "(?P<url>\./[^"]+)";)'


class Storage(CompressedManifestStaticFilesStorage):
    """``import ... from "./other.js"`` of a module leads to the other's name by content as well.

    https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#manifeststaticfilesstorage
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((_IMPORTED, 'from "%(url)s";'),)),
    )
