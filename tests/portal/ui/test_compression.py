"""Pages travel compressed, but for those that show a secret."""

import gzip

from tests.people import PIN
from tests.portal.keys.conftest import address_of
from tests.portal.ui.browser import signed_in

TAKES_GZIP = {"Accept-Encoding": "gzip"}


def test_a_page_is_compressed_for_who_can_read_it(client, db):
    compressed = client.get("/api-documentation.html", headers=TAKES_GZIP)
    assert compressed["Content-Encoding"] == "gzip"
    assert b"API documentation" in gzip.decompress(compressed.content)
    assert "Content-Encoding" not in client.get("/api-documentation.html")


def test_answers_of_one_page_differ_in_length(client, db):
    lengths = {len(client.get("/", headers=TAKES_GZIP).content) for _ in range(12)}
    assert len(lengths) > 1


def test_a_secret_is_not_compressed(rebecca):
    address = address_of(rebecca, "secret/")
    shown = signed_in(rebecca.account).post(address, {"pin": PIN}, headers=TAKES_GZIP)
    assert rebecca.secret in shown.content.decode()
    assert "Content-Encoding" not in shown
    assert "no-transform" in shown["Cache-Control"]
