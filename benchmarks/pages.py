"""How long the server takes for a page, at a practice with 10,000 patients.

python -m benchmarks.pages

Through the whole stack of middleware, without the network: the median of what Django's test client
measures, and the least of it, which says more on a machine that does other things as well. Every
page that is one link away for a doctor of all of them, a patient with the longest of many records
and an administrator is asked; and what they send: the picker's steps, a search, a download.
"""

import re
import time
from statistics import median
from typing import Any

from benchmarks.world import database

PATIENTS, KEYS, ROUNDS = 10_000, 20, 15
RECORDS, SEED = 40, 1  # so many lives are made up; the longest is the patient's
TRAIL, REQUESTS = 500_000, 200_000
AIM = 50  # milliseconds
_LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
_PICKER = "/portal/api/patients/"
_TRAIL = """
INSERT INTO fhirapi_auditrecord (recorded, action, outcome, account_id)
SELECT now() - interval '10 minutes' - (n %% 365) * interval '1 day',
       (ARRAY['read', 'search', 'sign-in'])[n %% 3 + 1], 'success', n %% 500
FROM generate_series(1, %s) n
"""
_LOG = """
INSERT INTO fhirapi_requestrecord (at, client_id, route, status, ms, error)
SELECT now() - random() * interval '29 days', %s, 'GET Type' || n %% 10, 200, 1 + 50 * random(),
       CASE WHEN n %% 20 = 0 THEN 'not-found' END
FROM generate_series(1, %s) n
"""
_DAYS = """
INSERT INTO fhirapi_requestday (client_id, day, route, error, speed, requests)
SELECT %s, current_date - day, 'GET Type' || route, error, speed, 1 + (random() * 60)::int
FROM generate_series(30, 364) day, generate_series(1, 10) route, generate_series(0, 21, 2) speed,
     unnest(ARRAY['', 'not-found']) error
"""
_TYPED = ("lar", "Larson, Rebecca", "04-12-1978", "8000001")


def main() -> None:
    with database():
        from django.conf import settings
        from django.core.management import call_command

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        browser, key_id, mrns = _doctor()
        print(f"Doctor: {PATIENTS} patients under care, {KEYS} keys; median of {ROUNDS}")
        for address in _pages(browser, f"/portal/api/{key_id}/", "/portal/api/new/"):
            _tell(address, lambda address=address: browser.get(address))
        for typed in _TYPED:
            form = {"find": typed}
            _tell(f"picker: {typed}", lambda form=form: browser.post(_PICKER, form))
        listed = {"mrns": "\n".join(mrns), "add-list": "1"}
        _tell(f"picker: {len(mrns)} MRNs pasted", lambda: browser.post(_PICKER, listed))
        everybody = {"find": "8000", "add-all": "1"}
        _tell("picker: all found", lambda: browser.post(_PICKER, everybody))
        _the_patient()
        _the_administrator()
        _the_developer()


def _the_patient() -> None:
    """Whose record is the longest of many: what chronically ill people have after many years."""
    from django.db import connection

    from fhirapi.store.load import load
    from fhirapi.store.models import SearchRow
    from fhirapi.synthetic import population
    from tests import people

    load(population.practice(SEED))
    records = [list(population.record(SEED, each)) for each in range(RECORDS)]
    longest = max(records, key=len)
    load(longest)
    patient_id = next(each["id"] for each in longest if each["resourceType"] == "Patient")
    browser = _signed_in(people.linked_patient("patient", "Pat", "Ient", patient_id).account)
    connection.cursor().execute("ANALYZE")
    size = SearchRow.objects.filter(patient_id=patient_id).count()
    print(f"Patient: a record of {size} resources")
    record = f"/portal/patients/{patient_id}/"
    for address in _pages(browser, *_LINK.findall(browser.get(record).content.decode())):
        if address != "/portal/record/":  # leads on to the next
            _tell(address.replace(patient_id, "…"), lambda address=address: browser.get(address))
    for typed in ("hemoglobin", "white blood", "the", "zzz"):
        form = {"find": typed}
        _tell(f"search: {typed}", lambda form=form: browser.post(f"{record}record/find/", form))
    for made in ("pdf", "html"):
        form = {"format": made}
        _tell(
            f"download: {made}", lambda form=form: browser.post(f"{record}record/download/", form)
        )


def _the_administrator() -> None:
    """With a trail and a request log of a busy year."""
    from django.db import connection

    from tests import people

    admin = people.account("administrator", "Ad", "Min")
    admin.is_staff = admin.is_superuser = True
    admin.save()
    with connection.cursor() as cursor:
        cursor.execute(_TRAIL, [TRAIL])
        cursor.execute("ANALYZE")
    browser = _signed_in(admin)
    browser.get("/admin/")  # counts the trail, as the first look of a day does
    print(f"Administrator: a trail of {TRAIL} records")
    for address in ("/admin/", "/admin/queue/providers/", "/admin/portal/account/",
                    "/admin/fhirapi/auditrecord/", "/admin/jobs/"):  # fmt: skip
        _tell(address, lambda address=address: browser.get(address))


def _the_developer() -> None:
    """Of an app that asked 200,000 times in the last month, and as often in eleven before it."""
    from django.db import connection

    from fhirapi.requestlog import rollup
    from tests import people
    from tests.smart.apps import app

    account = people.account("developer", "De", "Veloper")
    made = app(account)
    with connection.cursor() as cursor:
        cursor.execute(_LOG, [made.client_id, REQUESTS])
        cursor.execute(_DAYS, [made.client_id])
    rollup.roll_up()  # as each night does
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = _signed_in(account)
    print(f"Developer: {REQUESTS} requests in the log")
    for chosen in ("1h", "24h", "7d", "30d", "1y"):
        address = f"/portal/apps/{made.client_id}/usage/?range={chosen}"
        _tell(f"usage: {chosen}", lambda address=address: browser.get(address))


def _doctor() -> tuple[Any, str, list[str]]:
    """A browser in which a doctor of many has signed in, a key of 500, and 300 of their MRNs."""
    from datetime import date

    from django.db import connection

    from fhirapi.smart.people import keys
    from fhirapi.store.load import load
    from tests import people

    load([people.practitioner("dr-grey", "Grey"), *map(_one_of_many, range(PATIENTS))])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    doctor = people.linked_doctor("grey", "Grey", "dr-grey").account
    for number in range(KEYS):
        key = keys.create(
            doctor,
            label=f"App {number}",
            patient_ids=[f"m{each}" for each in range(500)],
            valid_from=date(2020, 1, 1),
            valid_to=date(2099, 1, 1),
        )
    return _signed_in(doctor), key.access_key_id, [str(8_000_000 + each) for each in range(300)]


def _signed_in(account: Any) -> Any:
    from django.test import Client

    from tests import people

    browser = Client()
    form = {"username": account.username, "password": people.PASSWORD, "pin": people.PIN}
    assert browser.post("/patient/index.html", form).status_code == 302
    return browser


def _one_of_many(number: int) -> dict[str, Any]:
    from tests import people

    born = f"{1930 + number % 90}-{1 + number % 12:02}-{1 + number % 28:02}"
    given, family = "Rebecca", f"Larson{number % 97}"
    return people.patient(f"m{number}", given, family, str(8_000_000 + number), born)


def _pages(browser: Any, *more: str) -> list[str]:
    first = browser.get("/portal/").content.decode()
    return list(dict.fromkeys(["/", "/portal/", *_LINK.findall(first), *more]))


def _tell(name: str, ask: Any) -> None:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = ask()
        took.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, f"{name}: {answer.status_code}"
    size = len(answer.getvalue()) / 1000
    over = "  over the aim" if median(took) > AIM else ""
    print(f"{median(took):7.1f} ms (least {min(took):6.1f}) {size:7.1f} kB  {name}{over}")


if __name__ == "__main__":
    main()
