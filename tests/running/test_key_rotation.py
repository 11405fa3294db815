"""Exchanging the signing key while web processes run: none is restarted, none is left behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import requests

from tests.product import ROOT, Product, wait_until
from tests.running.app import App
from tests.running.test_walk import app_of


def rotate(product: Product) -> None:
    [database] = [
        line.partition(b"=")[2].decode()
        for pid, command in product.processes()
        if "qsmartcare.web" in command
        for line in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        if line.startswith(b"DATABASE_URL=")
    ][:1]
    surroundings = {**os.environ, "DATABASE_URL": database, "DATA_DIR": str(product.data_dir)}
    command = [sys.executable, "manage.py", "rotate_signing_key", "--compromised"]
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True)


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def newer_kid(app: App, old: str) -> bool:
    """Whether the process that answers has the new key; a made-up name lets it look for one."""
    app.token = jwt.encode({}, "k" * 32, "HS256", headers={"kid": "made up"})
    assert app.get("Patient/142859").status_code == 401
    app.sign_in()
    return kid(app.token) != old


def test_running_processes_take_a_new_key_on_and_drop_the_old_one(
    running: dict[str, Any], running_product: Product
) -> None:
    app = app_of(running, "Demo")
    app.sign_in()
    old = app.token
    assert app.get("Patient/142859").status_code == 200
    rotate(running_product)
    wait_until(lambda: all(newer_kid(app, kid(old)) for _ in range(10)))
    assert [app.get("Patient/142859").status_code for _ in range(10)] == [200] * 10
    jwks = requests.get(f"{app.demo['fhir_base_url']}/oauth2/jwks", timeout=10).json()["keys"]
    assert kid(old) not in {each["kid"] for each in jwks}
    assert kid(app.token) in {each["kid"] for each in jwks}
    app.token = old
    assert [app.get("Patient/142859").status_code for _ in range(10)] == [401] * 10
