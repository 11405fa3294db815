"""The consent page as people meet it: words, choices, what is missing."""

from datetime import datetime

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AuthorizationCode, Client, DataAccessGrant, RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from tests import people
from tests.people import Person
from tests.portal.ui.browser import approve, signed_in, text, unapprove
from tests.smart import app
from tests.smart.app import App, answer, form_of

VISITS = "launch/patient launch/encounter patient/*.rs"


@pytest.fixture
def visits(practice: None) -> None:
    load(
        [
            people.encounter("v-old", "142859", "2020-01-02", "Check-up"),
            people.encounter("v-new", "142859", "2024-03-05", "Headache"),
            people.encounter("v-johns", "142860", "2024-03-05", "Cough"),
        ]
    )


@pytest.fixture
def the_app(practice: None) -> Client:
    return app.register(
        description="Shows growth over time.",
        client_uri="https://app.example/",
        policy_uri="https://app.example/privacy",
        tos_uri="https://app.example/terms",
    )


@pytest.fixture
def rebeccas(rebecca: Person, the_app: Client) -> App:
    return App(signed_in(rebecca.account))


@pytest.fixture
def greys(dr_grey: Person, the_app: Client) -> App:
    return App(signed_in(approve(dr_grey.account)))


@pytest.fixture
def guardian(practice: None, the_app: Client) -> Person:
    made = people.account("grace", "Grace", "Miller", wants_patient=True)
    for patient_id in ("142859", "142860"):
        related = {
            "resourceType": "RelatedPerson",
            "id": f"guardian-of-{patient_id}",
            "patient": {"reference": f"Patient/{patient_id}"},
        }
        load([related])
        links.link(made, "RelatedPerson", str(related["id"]), method=RecordLink.Method.DEMO)
    return Person(made, "")


def test_the_page_says_who_asks_for_what_and_for_how_long(rebeccas: App):
    page = text(rebeccas.ask(scope="openid offline_access launch/patient patient/*.rs"))
    for words in (
        "Growth Chart asks for access", "Shows growth over time.", 'href="https://app.example/"',
        'href="https://app.example/privacy"', 'href="https://app.example/terms"',
        "Rebecca Larson", "Allergies and intolerances", "Vaccinations", "Laboratory results",
        "The list of problems", "Sign you in", "Keep access while you are not using the app",
        f"/{timezone.localdate().year + 1}</strong>",
    ):  # fmt: skip
        assert words in page


def test_the_page_says_whether_the_app_was_reviewed(rebeccas, the_app):
    assert "Reviewed by QSmartCare" not in text(rebeccas.ask())
    on = timezone.make_aware(datetime(2026, 3, 4, 12))
    Client.objects.update(review=Client.Review.APPROVED, reviewed_at=on)
    assert "Reviewed by QSmartCare on 03/04/2026" in text(rebeccas.ask())
    Client.objects.update(review=Client.Review.DECLINED)
    assert "Reviewed by QSmartCare" not in text(rebeccas.ask())


def test_the_page_says_that_an_app_registered_itself(rebeccas, the_app):
    assert "It registered itself" not in text(rebeccas.ask())
    Client.objects.update(registration_source=Client.RegistrationSource.DCR)
    assert "nobody has checked its name" in text(rebeccas.ask())


@pytest.mark.parametrize(
    ("attested_at", "words"),
    [(None, "has <strong>not</strong> answered"), (timezone.now(), "does not sell health data")],
)
def test_the_page_says_whether_privacy_was_attested(rebeccas, the_app, attested_at, words):
    Client.objects.update(
        privacy_attested_at=attested_at, privacy_answers={"no_sale": True, "policy": False}
    )
    assert words in text(rebeccas.ask())


def test_an_app_that_took_a_name_for_itself_is_told_by_where_it_leads(rebeccas: App, the_app):
    assert "nobody has checked its name" not in text(rebeccas.ask())
    Client.objects.update(name="QSmartCare", registration_source="dcr")
    page = text(rebeccas.ask())
    assert "nobody has checked its name" in page
    assert "you are led to <strong>app.example</strong>" in page


def test_a_phone_app_is_led_to_by_its_own_scheme(rebecca: Person):
    own = "com.example.growth:/callback"
    app.register(redirect_uris=own)
    rebeccas = App(signed_in(rebecca.account), params={"redirect_uri": own})
    assert "form-action 'self' com.example.growth:" in rebeccas.ask()["Content-Security-Policy"]
    assert rebeccas.approve()["Location"].startswith(f"{own}?code=")
    assert rebeccas.ask().status_code == 200  # any app may have taken the same scheme


def test_what_is_unticked_is_not_granted(rebeccas: App):
    scope = "openid fhirUser launch/patient patient/Condition.rs patient/Goal.rs"
    told = answer(rebeccas.decide("approve", scope=scope, without=("fhirUser", "patient/Goal.rs")))
    granted = rebeccas.exchange(told["code"]).json()["scope"]
    assert granted == "openid launch/patient patient/Condition.rs"


def test_approving_nothing_is_explained(rebeccas: App):
    page = rebeccas.approve(scope="launch/patient patient/Goal.rs", without=("patient/Goal.rs",))
    assert "Nothing is ticked" in text(page)
    assert form_of(page)["grant"] == []
    assert not DataAccessGrant.objects.exists()


def test_an_app_may_ask_for_nothing_but_the_patient(rebeccas: App):
    told = rebeccas.exchange(answer(rebeccas.approve(scope="launch/patient"))["code"]).json()
    assert (told["scope"], told["patient"]) == ("launch/patient", "142859")
    bearer = {"authorization": f"Bearer {told['access_token']}"}
    closed = rebeccas.browser.get("/R4-patient-api/Patient/142859", headers=bearer)
    assert closed.status_code == 403


def test_a_guardian_chooses_whose_record_it_is(guardian: Person):
    asked = App(signed_in(guardian.account))
    page = text(asked.ask())
    assert "Rebecca Larson" in page
    assert "John Wright" in page
    assert "Choose whose record" in text(asked.approve())
    answer(asked.approve(fields={"patient": "142860"}))
    assert DataAccessGrant.objects.get().context["patient"] == "142860"


@pytest.mark.parametrize("scope", ["patient/Goal.rs", "launch/patient openid", VISITS])
def test_every_way_of_asking_for_one_patient_is_asked_whose(guardian, scope):
    assert "Choose whose record" in text(App(signed_in(guardian.account)).ask(scope=scope))


@pytest.mark.parametrize("patient_id", ["7", "no-such", "142859\x00", "' OR 1=1"])
def test_nobody_else_can_be_smuggled_in(guardian, patient_id):
    page = App(signed_in(guardian.account)).approve(fields={"patient": patient_id})
    if patient_id.startswith("142859"):  # the NUL is nobody's, the rest is hers
        assert page.status_code == 303
    else:
        assert "Choose whose record the app is opened with." in text(page)
        assert not AuthorizationCode.objects.exists()


def test_a_page_that_needs_a_choice_is_never_skipped(guardian: Person):
    asked = App(signed_in(guardian.account))
    asked.approve(fields={"patient": "142860"})
    assert asked.ask().status_code == 200
    assert answer(asked.ask(prompt="none"))["error"] == "interaction_required"


def test_a_provider_with_many_patients_searches(greys: App):
    load([people.patient(f"m{n}", f"Max{n}", "Many", f"88{n}", "1990-01-01") for n in range(12)])
    assert "Rebecca Larson" not in text(greys.ask())
    searched = {"find": "lars", "decision": "search"}
    page = greys.decide("search", fields=searched, without=("patient/Goal.rs",))
    assert "Rebecca Larson" in text(page)
    assert "patient/Goal.rs" not in form_of(page)["grant"]
    told = answer(greys.approve(fields={"find": "lars", "patient": "142859"}))
    assert told["code"]
    assert DataAccessGrant.objects.get().patient_ids == ["142859"]


def test_whoever_is_shown_on_the_page_stands_in_the_trail(guardian: Person):
    App(signed_in(guardian.account)).ask()
    listed = AuditRecord.objects.get(action="patient-search")
    assert sorted(listed.patient_ids or []) == ["142859", "142860"]


def test_a_visit_is_chosen_the_newest_first(rebeccas: App, visits: None):
    page = rebeccas.ask(scope=VISITS)
    assert text(page).index("Headache") < text(page).index("Check-up")
    assert "Cough" not in text(page)
    answer(rebeccas.approve(scope=VISITS, fields={"visit": "v-old"}))
    assert DataAccessGrant.objects.get().context["encounter"] == "v-old"


@pytest.mark.parametrize("chosen", ["v-johns", "no-such", ""])
def test_a_visit_of_somebody_else_is_none(rebeccas, visits, chosen):
    page = rebeccas.approve(scope=VISITS, fields={"visit": chosen})
    assert "Choose the visit" in text(page)
    assert not DataAccessGrant.objects.exists()


def test_no_visit_in_particular_takes_the_scope_away(rebeccas: App, visits: None):
    told = answer(rebeccas.approve(scope=VISITS, fields={"visit": "none"}))
    assert rebeccas.exchange(told["code"]).json()["scope"] == "launch/patient patient/*.rs"
    assert "encounter" not in DataAccessGrant.objects.get().context


def test_a_guardian_chooses_first_the_person_then_the_visit(guardian: Person, visits: None):
    asked = App(signed_in(guardian.account))
    page = asked.approve(scope=VISITS, fields={"patient": "142860"})
    assert "Choose the visit" in text(page)
    assert "Cough" in text(page)
    assert "Headache" not in text(page)
    answer(asked.approve(scope=VISITS, fields={"patient": "142860", "visit": "v-johns"}))
    assert DataAccessGrant.objects.get().context["encounter"] == "v-johns"


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"wants_patient": True}, "not linked to your record"),
        ({"wants_provider": True}, "waiting for approval"),
        ({"is_staff": True}, "for administration"),
    ],
)
def test_an_account_without_a_record_is_told_the_way_out(the_app, who, words):
    asked = App(signed_in(people.account("new", "Nora", "Newman", **who)))
    page = text(asked.ask())
    assert words in page
    assert "Approve" not in page
    assert answer(asked.decide("deny"))["error"] == "access_denied"
    assert words in text(asked.approve())
    assert answer(asked.ask(prompt="none"))["error"] == "interaction_required"
    assert not DataAccessGrant.objects.exists()


def test_a_provider_whose_approval_ended_opens_nothing(dr_grey: Person, the_app: Client):
    links.unlink(dr_grey.account, "Practitioner", by=None)
    page = text(App(signed_in(unapprove(dr_grey.account))).ask(scope="user/*.rs"))
    assert "waiting for approval" in page


def test_signing_in_alone_needs_no_record(the_app: Client):
    asked = App(signed_in(people.account("new", "Nora", "Newman", wants_patient=True)))
    assert "code" in answer(asked.approve(scope="openid fhirUser"))


def test_the_form_may_lead_to_the_app_and_nowhere_else(rebeccas: App):
    policy = rebeccas.ask()["Content-Security-Policy"]
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert directives["form-action"] == "'self' https://app.example"


def test_the_page_is_not_kept(rebeccas: App):
    assert "no-store" in rebeccas.ask()["Cache-Control"]
