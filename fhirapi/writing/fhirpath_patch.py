from typing import Any


def fhirpath_patch(d: Any) -> Any:
    raise NotImplementedError
