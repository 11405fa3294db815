"""Encrypts what must be read again later; the first key encrypts, all decrypt (rotation)."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "decrypt", "encrypt", "is_newest"]


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Raises InvalidToken for what none of our keys encrypted."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(encrypted.encode()).decode()


def is_newest(encrypted: str) -> bool:
    """Whether the newest key encrypted it, so that the older ones are not needed for it."""
    try:
        _fernet(tuple(settings.ENCRYPTION_KEYS[:1])).decrypt(encrypted.encode())
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
