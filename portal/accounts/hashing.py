"""Argon2id with the parameters OWASP recommends for servers that hash beside other work.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: a sign-in hashes twice, and Django's 100 MiB on eight lanes make
    a few of them at once enough to stall a small server.
    """

    time_cost = 1
    memory_cost = 47104  # KiB
    parallelism = 1
