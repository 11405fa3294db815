"""The page of downloads, and llms.txt."""

import re

import pytest
from django.test import Client

PROVIDER_API = "provider-access.openapi.json"


def test_everything_on_the_page_can_be_fetched(client: Client, db: None) -> None:
    page = client.get("/downloads/").content.decode()
    found = re.findall(r'href="http://localhost:\d+(/[^"]+)" download="([^"]+)"', page)
    assert len(found) == 6
    for address, name in found:
        assert client.get(address).status_code == 200, address
        assert name
    assert PROVIDER_API not in page


def test_llms_txt_has_the_form_that_is_proposed(client: Client) -> None:
    """https://llmstxt.org: a title, a summary as a quotation, sections of links."""
    response = client.get("/llms.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0].startswith("# ")
    assert lines[2].startswith("> ")
    sections = [line for line in lines if line.startswith("## ")]
    assert sections == ["## Documentation", "## API descriptions", "## Optional"]
    after = lines[lines.index("## Documentation") :]
    for line in after:
        assert not line or line.startswith("## ") or re.fullmatch(r"- \[.+\]\(http.+\): .+", line)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_llms_txt_leads_to_is_there(client: Client, db: None, language: str) -> None:
    text = client.get("/llms.txt").content.decode()
    for address in re.findall(r"\]\(http://localhost:\d+(/[^)]+)\)", text):
        assert client.get(address, headers={"accept-language": language}).status_code == 200
