"""People who write about incidents, and who look at the status while signed in."""

from tests.portal.accounts.conftest import administrator, make, patient, provider

__all__ = ["administrator", "make", "patient", "provider"]
