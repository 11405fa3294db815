"""Second factors beside the PIN."""

from django.db import models
from django.db.models.functions import Now
from django_otp.models import Device
from django_otp.oath import TOTP

from fhirapi.encryption import decrypt
from portal.accounts.models import Account


class Authenticator(Device):
    """An app that shows a code of six digits every half minute (TOTP, RFC 6238).

    ``confirmed`` once a code has shown that app and server agree; before, it opens nothing.
    """

    STEP, DIGITS, TOLERANCE = 30, 6, 1  # seconds, as apps expect; one step early or late

    key_encrypted = models.TextField(editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False, help_text="Last code taken.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("user", name="one_authenticator_an_account")]

    def __str__(self) -> str:
        return f"authenticator app of account {self.user_id}"

    @property
    def key(self) -> bytes:
        return bytes.fromhex(decrypt(self.key_encrypted))

    def take(self, code: str) -> bool:
        """Whether it is the code of now; each is taken once. RFC 6238 5.2"""
        totp = TOTP(self.key, self.STEP, digits=self.DIGITS)
        if not totp.verify(int(code), self.TOLERANCE, self.last_step + 1):
            return False
        # Only if no other request has taken it in the meantime.
        fresh = Authenticator.objects.filter(pk=self.pk, last_step__lt=totp.t())
        return bool(fresh.update(last_step=totp.t()) == 1)


class RecoveryCode(models.Model):
    """Stands in for the PIN once, when the phone with the authenticator app is lost."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk} of account {self.account_id}"


class Passkey(Device):
    """A discoverable WebAuthn credential. https://www.w3.org/TR/webauthn-3/"""

    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"passkey {self.pk} of account {self.user_id}"
