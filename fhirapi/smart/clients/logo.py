"""An app's logo: a picture that is drawn anew, so that nothing but its pixels is kept.

https://owasp.org/www-community/vulnerabilities/Unrestricted_File_Upload
"""

import hashlib
import io

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.clients import review
from fhirapi.smart.clients.models import ClientLogo
from fhirapi.smart.models import Client

MOST_BYTES = 1024 * 1024
MOST_PIXELS = 16_000_000
SIDE = 256
_FORMATS = ("PNG", "JPEG", "WEBP")


class NotALogo(ValueError):
    """The file is none of these pictures, broken, or too large."""


def drawn_anew(content: bytes) -> bytes:
    """As a PNG of at most 256 by 256. Raises NotALogo."""
    if len(content) > MOST_BYTES:
        raise NotALogo
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:  # looked at before it is unpacked
                raise NotALogo
            small = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotALogo from None
    small.thumbnail((SIDE, SIDE))
    clean = Image.new("RGBA", small.size)  # takes no text or profile along
    clean.paste(small)
    made = io.BytesIO()
    clean.save(made, "PNG", optimize=True)
    return made.getvalue()


@transaction.atomic
def put(client: Client, content: bytes, *, by: AbstractUser, address: str | None) -> None:
    """Raises NotALogo. People see it on the consent page, so a review is void."""
    png = drawn_anew(content)
    told = {"content": png, "digest": hashlib.sha256(png).hexdigest()}
    ClientLogo.objects.update_or_create(client=client, defaults=told)
    _changed(client, by, address, "logo changed")


@transaction.atomic
def remove(client: Client, *, by: AbstractUser, address: str | None) -> None:
    ClientLogo.objects.filter(client=client).delete()
    _changed(client, by, address, "logo removed")


def find(client_id: str, digest: str) -> bytes | None:
    found = ClientLogo.objects.filter(client__client_id=client_id, digest=digest)
    content = found.values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def _changed(client: Client, by: AbstractUser, address: str | None, detail: str) -> None:
    review.void(client)
    client.save(update_fields=["review", "reviewed_at", "reviewed_by", "review_asked_at"])
    record(
        AuditRecord.Action.CLIENT_CHANGE,
        account_id=by.pk,
        client_id=str(client.client_id),
        detail=detail,
        address=address,
    )
