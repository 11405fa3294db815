"""What the console says of an error leads to the documentation's words about its code."""

import re
from itertools import chain

import pytest

from portal.documentation.errors import oauth_errors, outcome_errors
from tests.portal.ui.browser import text


@pytest.mark.django_db
def test_every_code_that_an_answer_may_have_has_its_heading(client):
    codes = {each.code for listed in outcome_errors().values() for each in listed}
    for each in chain.from_iterable(oauth_errors().values()):
        codes |= set(each["error"].split(", "))
    page = text(client.get("/api-documentation/errors"))
    headings = set(re.findall(r'id="code-([a-z0-9-]+)"', page))
    assert {code.replace("_", "-") for code in codes} == headings
