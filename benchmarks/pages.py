"""How long the server takes for a page, for a doctor with 10,000 patients under care.

python -m benchmarks.pages

Through the whole stack of middleware, without the network: the median of what Django's test client
measures. Every page that the doctor reaches by a link is asked, and the picker's steps.
"""

import re
import time
from statistics import median
from typing import Any

from benchmarks.world import database

PATIENTS, KEYS, ROUNDS = 10_000, 20, 15
AIM = 50  # milliseconds
_LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
_PICKER = "/portal/api/patients/"
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
        print(f"{PATIENTS} patients under care, {KEYS} keys; median of {ROUNDS}")
        for address in _pages(browser, f"/portal/api/{key_id}/"):
            _tell(address, lambda address=address: browser.get(address))
        for typed in _TYPED:
            form = {"find": typed}
            _tell(f"picker: {typed}", lambda form=form: browser.post(_PICKER, form))
        listed = {"mrns": "\n".join(mrns), "add-list": "1"}
        _tell(f"picker: {len(mrns)} MRNs pasted", lambda: browser.post(_PICKER, listed))
        everybody = {"find": "8000", "add-all": "1"}
        _tell("picker: all found", lambda: browser.post(_PICKER, everybody))


def _doctor() -> tuple[Any, str, list[str]]:
    """A browser in which a doctor of many has signed in, a key of 500, and 300 of their MRNs."""
    from datetime import date

    from django.db import connection
    from django.test import Client

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
    browser = Client()
    browser.force_login(doctor, backend="portal.accounts.signin.PasswordAndPinBackend")
    return browser, key.access_key_id, [str(8_000_000 + each) for each in range(300)]


def _one_of_many(number: int) -> dict[str, Any]:
    from tests import people

    born = f"{1930 + number % 90}-{1 + number % 12:02}-{1 + number % 28:02}"
    given, family = "Rebecca", f"Larson{number % 97}"
    return people.patient(f"m{number}", given, family, str(8_000_000 + number), born)


def _pages(browser: Any, *more: str) -> list[str]:
    first = browser.get("/portal/").content.decode()
    return list(dict.fromkeys(["/", "/portal/", *_LINK.findall(first), *more, "/portal/api/new/"]))


def _tell(name: str, ask: Any) -> None:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = ask()
        took.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, f"{name}: {answer.status_code}"
    size = len(answer.content) / 1000
    over = "  over the aim" if median(took) > AIM else ""
    print(f"{median(took):7.1f} ms {size:7.1f} kB  {name}{over}")


if __name__ == "__main__":
    main()
