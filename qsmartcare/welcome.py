"""What the person who started the product is told: addresses and demo sign-ins."""

import json
from pathlib import Path

from qsmartcare.progress import console


def unpublished(data_dir: Path) -> Path:
    """Where the demo's document waits until the web server answers."""
    return data_dir / "demo.json.unpublished"


def published(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def withdraw_demo(data_dir: Path) -> None:
    """Whoever waits for the document must not find an earlier run's."""
    published(data_dir).unlink(missing_ok=True)
    unpublished(data_dir).unlink(missing_ok=True)


def publish_demo(data_dir: Path) -> None:
    if unpublished(data_dir).exists():
        unpublished(data_dir).replace(published(data_dir))


def show_addresses(base_url: str, database_url: str | None, data_dir: Path) -> None:
    """``database_url`` only where it holds no password: the embedded server's."""
    has_demo = published(data_dir).exists()
    addresses = [
        ("Patient sign-in", f"{base_url}/patient/index.html"),
        ("Provider sign-in", f"{base_url}/app/index.html"),
        ("Registration", f"{base_url}/app/registration.html"),
        ("Outbox (letters)", f"{base_url}/demo/outbox/" if has_demo else None),
        ("Documentation", f"{base_url}/api-documentation.html"),
        ("FHIR API", f"{base_url}/R4-patient-api/"),
        ("Administration", f"{base_url}/admin/"),
        ("Database", database_url),
    ]
    console.print()
    for what, address in addresses:
        if address:
            console.print(f"{what:<18}{address}", markup=False)
    if has_demo:
        _show_sign_ins(published(data_dir))
    console.print("\nQSmartCare is running. Press Ctrl-C to stop it.")


def _show_sign_ins(document: Path) -> None:
    accounts = json.loads(document.read_text(encoding="utf-8"))["accounts"]
    console.print(f"\n{'Demo sign-in':<32}{'Username':<18}{'Password':<26}PIN", style="bold")
    for account in accounts.values():
        who = f"{account['name']} ({account['role']})"
        line = f"{who:<32}{account['username']:<18}{account['password']:<26}{account['pin']}"
        console.print(line, markup=False)
    console.print(f"\nEverything a script needs: {document}")
