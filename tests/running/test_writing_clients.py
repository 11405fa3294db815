"""The whole life of a resource by the Python FHIR clients, against the product as it runs."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from fhirclient.auth import FHIRAuth
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound
from requests import HTTPError

from tests.product import ROOT, Product
from tests.running.app import App

REBECCA = "142859"
_MAKE_KEY = """
import json, sys
from datetime import date
from fhirapi.smart.people import keys
from portal.accounts.models import Account
key = keys.create(Account.objects.get(username=sys.argv[-1]), patient_ids=["142859"],
                  valid_from=date(2020, 1, 1), valid_to=date(2099, 12, 31))
key.may_write = True
key.save()
key.data_access_grant.scope = "user/*.cruds"
key.data_access_grant.save()
print(json.dumps([key.access_key_id, keys.reveal_secret(key)]))
"""


@pytest.fixture(scope="session")
def writing_app(running: dict[str, Any], running_product: Product) -> App:
    """With a key of the provider's that may write."""
    [database] = re.findall(r"postgresql://\S+", running_product.output)  # as it tells the person
    product = {"DATABASE_URL": database, "DATA_DIR": str(running_product.data_dir)}
    script = f"import sys; sys.argv.append({running['accounts']['provider']['username']!r})"
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", script + _MAKE_KEY],
        cwd=ROOT, env={**os.environ, **product}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    app = App(running, *json.loads(made.stdout.splitlines()[-1]))
    app.sign_in()
    return app


def pulse() -> dict[str, Any]:
    return {
        "status": "preliminary",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{REBECCA}"},
        "effectiveDateTime": "2026-03-05T09:00:00Z",
        "valueQuantity": {"value": 72.5, "unit": "/min"},
    }


class TestFhirpy:
    @pytest.fixture
    def fhirpy(self, writing_app: App) -> SyncFHIRClient:
        token = f"Bearer {writing_app.token}"
        return SyncFHIRClient(writing_app.demo["fhir_base_url"], authorization=token)

    def test_the_life_of_a_resource(self, fhirpy: SyncFHIRClient) -> None:
        made = fhirpy.resource("Observation", **pulse())
        made.save()
        mine = {"patient": REBECCA, "_id": made.id}
        assert made.id
        assert fhirpy.resources("Observation").search(**mine).count() == 1

        made["status"] = "final"
        made.save()
        read = fhirpy.reference("Observation", made.id).to_resource()
        assert (read["status"], read["meta"]["versionId"]) == ("final", "2")

        stale = SyncFHIRClient(
            fhirpy.url, authorization=fhirpy.authorization, extra_headers={"If-Match": 'W/"1"'}
        )
        with pytest.raises(MultipleResourcesFound):  # fhirpy's name for every 412
            stale.resource("Observation", **made.serialize()).save()

        parts = [
            {"name": "type", "valueCode": "replace"},
            {"name": "path", "valueString": "Observation.status"},
            {"name": "value", "valueCode": "amended"},
        ]
        patch = {
            "resourceType": "Parameters",
            "parameter": [{"name": "operation", "part": parts}],
        }
        patched = fhirpy.execute(f"Observation/{made.id}", "patch", data=patch)
        assert (patched["status"], patched["meta"]["versionId"]) == ("amended", "3")

        made.delete()
        with pytest.raises(ResourceNotFound):  # 410
            fhirpy.reference("Observation", made.id).to_resource()
        history = fhirpy.execute(f"Observation/{made.id}/_history", "get")
        methods = [each["request"]["method"] for each in history["entry"]]
        assert methods == ["DELETE", "PATCH", "PUT", "POST"]

    def test_it_updates_what_a_search_finds(self, fhirpy: SyncFHIRClient) -> None:
        resource = pulse() | {"identifier": [{"system": "urn:lab", "value": "fhirpy-1"}]}
        search = fhirpy.resources("Observation").search(identifier="urn:lab|fhirpy-1")
        first, is_new = search.update(fhirpy.resource("Observation", **resource))
        again, is_new_again = search.update(fhirpy.resource("Observation", **resource))
        assert (is_new, is_new_again) == (True, False)
        assert (again["id"], again["meta"]["versionId"]) == (first["id"], "2")

    def test_it_is_told_where_the_condition_of_a_create_belongs(
        self, fhirpy: SyncFHIRClient
    ) -> None:
        """fhirpy puts it into the address; passed over, it would make doubles."""
        search = fhirpy.resources("Observation").search(identifier="urn:lab|fhirpy-2")
        with pytest.raises(OperationOutcome, match="If-None-Exist"):
            search.get_or_create(fhirpy.resource("Observation", **pulse()))

    def test_it_is_told_what_is_wrong(self, fhirpy: SyncFHIRClient) -> None:
        with pytest.raises(OperationOutcome) as caught:
            fhirpy.resource("Observation", **pulse() | {"status": "fine"}).save()
        assert "Observation.status" in str(caught.value.resource["issue"])


class TestFhirclient:
    @pytest.fixture
    def server(self, writing_app: App) -> Any:
        base = writing_app.demo["fhir_base_url"]
        client = FHIRClient(settings={"app_id": writing_app.access_key_id, "api_base": base})
        client.prepare()
        client.server.auth = FHIRAuth.create("oauth2", state={"access_token": writing_app.token})
        return client.server

    def test_the_life_of_a_resource(self, server: Any) -> None:
        made = Observation(Observation(pulse()).create(server))
        found = Observation.where(struct={"_id": made.id}).perform_resources(server)
        assert [each.id for each in found] == [made.id]

        made.status = "final"
        made.update(server)
        read = Observation.read(made.id, server)
        assert (read.status, read.meta.versionId) == ("final", "2")
        assert read.valueQuantity.value == 72.5

        read.delete()
        with pytest.raises(HTTPError, match="410"):
            Observation.read(made.id, server)
