"""Where exported files are kept: below DATA_DIR, or in an S3-compatible store that all reach."""

from pathlib import Path
from typing import Any

from qsmartcare import env

_BUFFER = 8 * 1024 * 1024  # bytes of a file that are held until they are sent


def from_environment(data_dir: Path) -> dict[str, Any]:
    bucket = env.text("S3_BUCKET", "")
    if not bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": data_dir / "bulk",
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.text("S3_ENDPOINT", "") or None,
            "region_name": env.text("S3_REGION", "") or None,
            "access_key": env.secret("S3_ACCESS_KEY"),
            "secret_key": env.secret("S3_SECRET_KEY"),
            "location": env.text("S3_FOLDER", "exports"),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
            "max_memory_size": _BUFFER,
        },
    }
