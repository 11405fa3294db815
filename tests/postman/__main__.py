"""Fetches Postman's runtime for the tests."""

import subprocess

from tests import postman

try:
    postman.ensure()
except subprocess.CalledProcessError:
    raise SystemExit("Postman's runtime could not be fetched; a test needs it.") from None
