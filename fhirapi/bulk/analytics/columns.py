"""The kinds of columns that views are made of."""

from fhirapi.bulk.analytics.view import Column, Stored


def key(resource: str) -> tuple[Column, ...]:
    """What every view begins with: whose row it is, and how new."""
    return (
        Column("id", "getResourceKey()", "id", f"The {resource}'s id", is_distinct=True),
        Column(
            "last_updated", "meta.lastUpdated", "instant", "When it was changed last",
            Stored.TIMESTAMP, is_distinct=True,
        ),
    )  # fmt: skip


def reference(name: str, path: str, target: str, words: str, *, first: bool = False) -> Column:
    """The id of the resource that is referred to, if it is of that type: joins to its ``id``.

    ``first``: of several references, the first to that type.
    """
    key_of = f"getReferenceKey({target})"
    one = f"{path}.where({key_of}.exists()).first()" if first else path
    return Column(name, f"{one}.{key_of}", "id", words)


def patient(path: str = "subject") -> Column:
    return reference("patient_id", path, "Patient", "The patient whose data it is")


def encounter(path: str = "encounter", *, first: bool = False) -> Column:
    return reference("encounter_id", path, "Encounter", "The encounter it belongs to", first=first)


def code(name: str, path: str, words: str) -> Column:
    return Column(name, path, "code", words)


def text(name: str, path: str, words: str, *, is_distinct: bool = False) -> Column:
    return Column(name, path, "string", words, is_distinct=is_distinct)


def flag(name: str, path: str, words: str) -> Column:
    return Column(name, path, "boolean", words, Stored.BOOLEAN)


def integer(name: str, path: str, words: str, type_name: str = "integer") -> Column:
    return Column(name, path, type_name, words, Stored.INTEGER)


def number(name: str, path: str, words: str) -> Column:
    return Column(name, path, "decimal", words, Stored.DOUBLE)


def coding(name: str, path: str, words: str) -> tuple[Column, ...]:
    """Of a Coding: ``path`` leads to one."""
    return (
        Column(f"{name}_system", f"{path}.system", "uri", f"{words}: code system"),
        Column(f"{name}_code", f"{path}.code", "code", f"{words}: code"),
        Column(f"{name}_display", f"{path}.display", "string", f"{words}: the code in words"),
    )


def concept(name: str, path: str, words: str) -> tuple[Column, ...]:
    """Of a CodeableConcept: its first coding, and its text. ``path`` leads to one."""
    said = Column(f"{name}_text", f"{path}.text", "string", f"{words}: as it was written")
    return (*coding(name, f"{path}.coding.first()", words), said)


def in_system(name: str, path: str, system: str, words: str) -> Column:
    """Of a CodeableConcept: its first code of this system."""
    return Column(name, f"{path}.coding.where(system = '{system}').code.first()", "code", words)


def moment(name: str, path: str, words: str, type_name: str = "dateTime") -> tuple[Column, ...]:
    """A dateTime: its day, the moment if its time is known, and as written (``2019-05``)."""
    return (
        Column(f"{name}_date", path, type_name, f"{words}: the day, as the writer's", Stored.DATE),
        Column(
            f"{name}_at", path, type_name, f"{words}: the moment, if the time is known",
            Stored.TIMESTAMP, is_distinct=True,
        ),
        Column(f"{name}_text", path, type_name, f"{words}: as written", is_distinct=True),
    )  # fmt: skip


def period(name: str, path: str, words: str) -> tuple[Column, ...]:
    return (
        *moment(f"{name}_start", f"{path}.start", f"{words}, beginning"),
        *moment(f"{name}_end", f"{path}.end", f"{words}, end"),
    )


def day(name: str, path: str, words: str) -> tuple[Column, ...]:
    """A date, which may be a year or a month only: then it is in the text alone."""
    return (
        Column(f"{name}_date", path, "date", f"{words}: the day, if it is known", Stored.DATE),
        Column(f"{name}_text", path, "date", f"{words}: as written"),
    )


def dated(name: str, element: str, words: str) -> tuple[Column, ...]:
    """A choice of dateTime and Period: that, or the Period's beginning."""
    either = f"({element}.ofType(dateTime) | {element}.ofType(Period).start).first()"
    return moment(name, either, words)


def simple_quantity(name: str, path: str, words: str) -> tuple[Column, ...]:
    return (
        number(f"{name}_number", f"{path}.value", f"{words}: the number"),
        text(f"{name}_unit", f"{path}.unit", f"{words}: the unit, to be read"),
        code(f"{name}_unit_code", f"{path}.code", f"{words}: the unit, as UCUM has it"),
    )


def quantity(name: str, path: str, words: str) -> tuple[Column, ...]:
    comparator = code(f"{name}_comparator", f"{path}.comparator", f"{words}: < or > if beyond it")
    return (comparator, *simple_quantity(name, path, words))


def money(name: str, path: str, words: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_amount", f"{path}.value", "decimal", words, Stored.AMOUNT),
        code(f"{name}_currency", f"{path}.currency", f"{words}: its currency"),
    )


def address(path: str) -> tuple[Column, ...]:
    """``path`` leads to one Address."""
    return (
        text("address_line", f"{path}.line.join(', ')", "Street", is_distinct=True),
        text("address_city", f"{path}.city", "City"),
        text("address_state", f"{path}.state", "State"),
        text("address_postal_code", f"{path}.postalCode", "Postal code"),
        text("address_country", f"{path}.country", "Country"),
    )


def telecom(system: str) -> Column:
    path = f"telecom.where(system = '{system}').value.first()"
    return text(system, path, f"The first {system}", is_distinct=True)


def identifier(name: str, system: str, words: str) -> Column:
    path = f"identifier.where(system = '{system}').value.first()"
    return text(name, path, words, is_distinct=True)
