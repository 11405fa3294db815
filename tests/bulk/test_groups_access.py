"""Lists over the API: who reads and writes which, and what an approval for a list opens."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.bulk.groups import change, kept
from fhirapi.smart.models import DataAccessGrant
from fhirapi.smart.tokens import backend_access, followed
from fhirapi.store.load import load
from tests import people
from tests.api import Session, diagnostics, ids
from tests.bulk.lists import partner, patients_on, stored
from tests.people import Person
from tests.smart.flow import App, read
from tests.smart.services import ask, service
from tests.smart.small_practice import group

REBECCA, JOHN, ZOE = "142859", "142860", "7"


def sent(*patient_ids: str, **members: Any) -> dict[str, Any]:
    made = group("x", *patient_ids)
    del made["id"]
    return {**made, "name": "By app", **members}


class TestWriters:
    """A key of Dr. Grey's that may write, for both of her patients."""

    @pytest.fixture
    def grey(self, api: Any, dr_grey: Person) -> Session:
        session: Session = api.as_(people.writing_key(dr_grey, patient_ids=[REBECCA, JOHN]))
        return session

    def test_a_list_is_made_found_changed_and_deleted(self, grey: Session) -> None:
        made = grey.send("POST", "Group", sent(REBECCA))
        assert made.status_code == 201
        group_id = made.json()["id"]
        assert ids(grey.get(f"Group?member=Patient/{REBECCA}&type=person")) == [group_id]
        changed = {**made.json(), "member": sent(REBECCA, JOHN)["member"]}
        assert grey.send("PUT", f"Group/{group_id}", changed).status_code == 200
        assert patients_on(group_id) == {REBECCA, JOHN}
        assert grey.send("DELETE", f"Group/{group_id}").status_code == 204
        assert grey.get(f"Group/{group_id}").status_code in (404, 410)

    def test_whoever_treats_not_everybody_on_it_writes_none(self, grey: Session) -> None:
        refused = grey.send("POST", "Group", sent(REBECCA, ZOE))
        assert refused.status_code == 403
        assert diagnostics(refused)
        made = grey.send("POST", "Group", sent(REBECCA)).json()
        more = {**made, "member": sent(REBECCA, ZOE)["member"]}
        assert grey.send("PUT", f"Group/{made['id']}", more).status_code == 403
        assert patients_on(made["id"]) == {REBECCA}

    def test_a_list_of_others_is_not_there_to_be_written(self, grey: Session) -> None:
        load([group("mixed", REBECCA, ZOE)])
        taken = grey.send("PUT", "Group/mixed", {**sent(REBECCA), "id": "mixed"})
        assert (taken.status_code, len(patients_on("mixed"))) == (404, 2)
        assert grey.send("DELETE", "Group/mixed").status_code == 404
        assert stored("mixed")

    @pytest.mark.parametrize("broken", [{"type": "crowd"}, {"actual": None}, {"member": {}}])
    def test_what_is_no_group_is_refused(self, grey: Session, broken: dict[str, Any]) -> None:
        assert grey.send("POST", "Group", sent(REBECCA) | broken).status_code in (400, 422)

    def test_a_member_who_has_left_is_told_as_the_app_says(self, grey: Session) -> None:
        ended = {"inactive": True, "period": {"end": "2024-01-01"}}
        made = sent(REBECCA, JOHN)
        made["member"][1] |= ended
        group_id = grey.send("POST", "Group", made).json()["id"]
        assert stored(group_id)["member"][1].items() >= ended.items()

    def test_a_key_that_only_reads_writes_no_list(self, api: Any, dr_grey: Person) -> None:
        reading = api.as_(people.make_key(dr_grey, [REBECCA, JOHN]))
        assert reading.send("POST", "Group", sent(REBECCA)).status_code == 403


class TestAServiceThatIsApprovedForAList:
    @pytest.fixture(autouse=True)
    def _lists(self, practice_itself: None) -> None:
        load([group("both", REBECCA, JOHN), group("one", JOHN), group("mixed", JOHN, ZOE)])
        kept.refresh()

    @pytest.fixture
    def app(self) -> App:
        return service()

    def see(self, app: App, path: str) -> Any:
        return read(app, ask(app).json()["access_token"], path)

    def patients(self, app: App) -> set[str]:
        return set(ids(self.see(app, "Patient")))

    def test_it_sees_that_list_and_those_of_its_members_and_no_other(self, app: App) -> None:
        backend_access.approve_list(app.client, "both", by=None)
        assert set(ids(self.see(app, "Group"))) == {"both", "one", "panel-dr-grey"}
        for closed in ("mixed", "panel-dr-strange"):
            assert self.see(app, f"Group/{closed}").status_code == 404
            assert self.see(app, f"Group/{closed}/_history/1").status_code == 404
        assert ids(self.see(app, f"Group?member=Patient/{ZOE}")) == []

    def test_approved_for_everybody_it_sees_every_list(self, app: App) -> None:
        backend_access.approve(app.client, by=None)
        found = set(ids(self.see(app, "Group")))
        assert found >= {"both", "one", "mixed", "panel-dr-grey", "panel-dr-strange"}

    def test_later_members_need_another_approval(self, app: App, dr_grey: Person) -> None:
        backend_access.approve_list(app.client, "one", by=None)
        change.add(dr_grey.account, "one", [REBECCA])
        assert self.patients(app) == {JOHN}
        assert self.see(app, "Group/one").status_code == 404

    def test_as_it_changes_it_opens_who_is_on_it_at_the_time(
        self, app: App, dr_grey: Person
    ) -> None:
        backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        token = ask(app).json()["access_token"]
        change.add(dr_grey.account, "one", [REBECCA])
        assert set(ids(read(app, token, "Patient"))) == {JOHN, REBECCA}
        assert read(app, token, "Group/one").status_code == 200
        change.remove(dr_grey.account, "one", [JOHN])
        assert set(ids(read(app, token, "Patient"))) == {REBECCA}
        assert read(app, token, f"Patient/{JOHN}").status_code == 404

    def test_a_list_that_is_gone_opens_nobody(self, app: App, dr_grey: Person) -> None:
        backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        change.delete(dr_grey.account, "one")
        assert self.patients(app) == set()

    def test_what_an_app_wrote_counts_from_the_next_token_on(self, app: App) -> None:
        backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        assert self.patients(app) == {JOHN}
        writer = partner()
        changed = {**stored("one"), "member": sent(REBECCA)["member"]}
        assert writer.send("PUT", "Group/one", changed).status_code == 200
        assert self.patients(app) == {REBECCA}

    def test_and_at_the_latest_from_the_next_refresh_on(self, app: App) -> None:
        grant = backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        DataAccessGrant.objects.update(patient_ids=[ZOE])
        kept.refresh()
        grant.refresh_from_db()
        assert grant.patient_ids == [JOHN]

    def test_a_membership_that_ends_closes_the_record(self, app: App) -> None:
        yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
        ended = sent(JOHN, REBECCA)["member"]
        ended[0]["period"] = {"end": yesterday}
        backend_access.approve_list(app.client, "both", by=None, as_it_changes=True)
        changed = {**stored("both"), "member": ended}
        assert partner().send("PUT", "Group/both", changed).status_code == 200
        assert self.patients(app) == {REBECCA}

    def test_an_approval_that_has_ended_follows_no_more(self, app: App, dr_grey: Person) -> None:
        grant = backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        backend_access.withdraw(app.client, by=None)
        change.add(dr_grey.account, "one", [REBECCA])
        grant.refresh_from_db()
        assert grant.patient_ids == [JOHN]
        assert followed.followers("one") == []

    def test_who_goes_with_the_list_is_told(self, app: App) -> None:
        backend_access.approve_list(app.client, "one", by=None, as_it_changes=True)
        assert followed.followers("one") == [app.client]
        assert followed.followers("both") == []

    @pytest.mark.parametrize("group_id", ["never", "empty"])
    def test_a_list_of_nobody_is_not_approved(self, app: App, group_id: str) -> None:
        load([group("empty")])
        with pytest.raises(backend_access.NoSuchList):
            backend_access.approve_list(app.client, group_id, by=None, as_it_changes=True)
