"""Keeps when each chapter of the documentation changed last: ``python -m tools.chapters``.

A chapter that says what it said keeps its day; one that says something else gets today's and the
version of the product. Run it without settings in the environment: limits stand in chapters.
"""

import os
import sys
from datetime import UTC, datetime

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
    django.setup()
    from portal.documentation import changed  # noqa: PLC0415 - after the settings
    from portal.documentation.chapters import CHAPTERS  # noqa: PLC0415
    from portal.documentation.version import version  # noqa: PLC0415

    before, today = changed.changes(), datetime.now(UTC).date()
    found = {}
    for each in CHAPTERS:
        digest = changed.digest_of(each)
        same = each.slug in before and before[each.slug].digest == digest
        found[each.slug] = before[each.slug] if same else changed.Change(digest, version(), today)
    changed.write(found)
    new = [slug for slug, each in found.items() if before.get(slug) != each]
    sys.stdout.write("".join(f"changed: {slug}\n" for slug in new) or "Nothing has changed.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
