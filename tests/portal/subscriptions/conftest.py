"""Somebody who has signed in."""

from tests.portal.accounts.conftest import administrator, make, patient, provider

__all__ = ["administrator", "make", "patient", "provider"]
