"""Attacks a product for FUZZ_MINUTES: ``make fuzz``.

    FUZZ_MINUTES=60 FUZZ_SEED=1 FUZZ_PATIENTS=40 python -m tests.fuzz

Exit code 1 if anything was found; what was found is in FUZZ_REPORT, each with the smallest request.
"""

import os
import tempfile
from pathlib import Path

import django


def main() -> int:
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="qsmartcare-fuzz-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
    django.setup()
    from tests.fuzz.campaign import run

    return run(
        minutes=float(os.environ.get("FUZZ_MINUTES", "60")),
        number=int(os.environ.get("FUZZ_SEED", "0")),
        patients=int(os.environ.get("FUZZ_PATIENTS", "40")),
        only=os.environ.get("FUZZ_ONLY", "").split(","),
        report=Path(os.environ.get("FUZZ_REPORT", "fuzz-report.json")),
    )


if __name__ == "__main__":
    raise SystemExit(main())
