"""Reindexing: what content says, the derived rows say again."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fhirapi.definitions import registry
from fhirapi.store.load import load
from fhirapi.store.models import CareRelationship, Content, PatientLine, SearchRow
from fhirapi.store.reindex import reindex
from tests import people

Rows = dict[str, list[str]]
DERIVED = (
    "searchrow",
    "searchstring",
    "searchdate",
    "searchquantity",
    "searchlink",
    "carerelationship",
    "patientline",
)


def derived() -> Rows:
    """Every derived row, but for the ids of rows that have one of their own."""
    found = {}
    with connection.cursor() as cursor:
        for table in DERIVED:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM fhirapi_{table} t")  # noqa: S608
            found[table] = sorted(comparable(json.loads(row)) for (row,) in cursor.fetchall())
    return found


def comparable(row: dict[str, Any]) -> str:
    if "row_id" in row:
        row.pop("id", None)
    return json.dumps({k: sorted(v) if isinstance(v, list) else v for k, v in row.items()})


@pytest.fixture
def stored(practice: None) -> Rows:
    """What the derived rows of a few resources are, Provenance among them."""
    provenance = {
        "resourceType": "Provenance", "id": "p", "target": [{"reference": "Observation/o"}],
        "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
    }  # fmt: skip
    load([people.observation("o", "142859"), provenance])
    return derived()


def damage() -> None:
    SearchRow.objects.filter(resource_type="Observation").update(tokens=[], refs=[7])
    SearchRow.objects.filter(resource_type="Provenance").update(patient_id="7")
    PatientLine.objects.all().delete()
    CareRelationship.objects.update(practitioner_id="dr-strange")


def test_whatever_was_damaged_is_as_it_was(stored: Rows) -> None:
    damage()
    assert derived() != stored
    assert reindex([*registry.every()], processes=1).count == Content.objects.count()
    assert derived() == stored


def test_doing_it_twice_changes_nothing(stored: Rows) -> None:
    reindex([*registry.every()], processes=1)
    reindex([*registry.every()], processes=1)
    assert derived() == stored


def test_one_type_leaves_the_others_alone(stored: Rows) -> None:
    damage()
    observation_type = registry.find("Observation")
    assert observation_type
    assert reindex([observation_type], processes=1).count == 1
    assert SearchRow.objects.get(resource_type="Observation").refs != [7]
    assert SearchRow.objects.get(resource_type="Provenance").patient_id == "7"


def test_a_resource_in_the_wrong_compartment_is_put_right(stored: Rows) -> None:
    Content.objects.filter(resource_id__in=["o", "p"]).update(patient_id="7")
    reindex([*registry.every()], processes=1)
    moved = Content.objects.filter(resource_id__in=["o", "p"])
    assert set(moved.values_list("patient_id", flat=True)) == {"142859"}


def test_a_deleted_resource_is_not_found_any_more(stored: Rows) -> None:
    Content.objects.filter(resource_id="o").update(is_deleted=True)
    reindex([*registry.every()], processes=1)
    assert not SearchRow.objects.filter(resource_id="o").exists()


def test_what_cannot_be_indexed_is_named_and_stays(stored: Rows) -> None:
    broken = '{"resourceType":"Observation","id":"o","code":{"coding":[5]}}'
    Content.objects.filter(resource_id="o").update(content=broken)
    assert reindex([*registry.every()], processes=1).failed == ["Observation/o"]
    assert SearchRow.objects.filter(resource_id="o").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [{"type": "Unicorn"}, {"type": "Condition", "param": "horn"}, {"param": "onset-date"}],
)
def test_the_command_refuses_what_is_not_declared(options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("reindex", **options)


def test_the_command_takes_a_parameter_of_the_type(stored: Rows, capsys: Any) -> None:
    call_command("reindex", type="Observation", param="date", processes=1)
    assert "1 resources in" in capsys.readouterr().out
