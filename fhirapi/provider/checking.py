"""What is wrong with flat input, field by field."""

from fhirapi.provider.mapping import to_flat
from fhirapi.provider.same import same
from fhirapi.provider.schema import FieldError, Flat, Kind, Resource
from fhirapi.provider.shapes.compound import field_errors, need_errors


def check(
    kind: Kind, flat: Flat, *, is_new: bool, onto: Resource | None = None
) -> list[FieldError]:
    """Nothing if ``to_fhir`` may be called. ``onto``: the resource that is changed.

    What a client sends back as it read it is right, whatever it is.
    """
    shown = to_flat(kind, onto) if onto is not None else {}
    changed = {
        name: value
        for name, value in flat.items()
        if not (name in shown and same(shown[name], value))
    }
    errors = list(field_errors(kind.fields, changed, "", is_new=is_new))
    if is_new:
        errors += need_errors(kind.needs, changed, "")
    for each in kind.fields:
        if onto is not None and each.is_fixed and each.name in changed:
            detail = "The field is given when the record is made, and does not change."
            errors.append(FieldError(each.name, "fixed", detail))
    return errors
