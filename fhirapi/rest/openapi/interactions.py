"""The interactions of a type. https://hl7.org/fhir/R4/http.html"""

from dataclasses import dataclass

from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.openapi.parts import (
    FHIR,
    ID,
    MADE,
    TAGGED,
    VERSION_ID,
    Json,
    answer,
    content,
    header,
    parameter_ref,
    query_parameter,
    ref,
    refusals,
)
from fhirapi.rest.openapi.searching import form_of_search, of_search, own
from fhirapi.rest.openapi.security import needs
from fhirapi.smart.access.scopes import CONTEXTS
from fhirapi.synthetic import examples

JSON_PATCH = "application/json-patch+json"
WRITERS = ("user", "system")
"""Contexts of scopes that write."""
_PREFER = header(
    "Prefer",
    "return=minimal, return=representation or return=OperationOutcome.",
)
_STRICT = header("Prefer", "handling=strict: an unknown parameter is 400 instead of ignored.")
_IF_MATCH = header("If-Match", 'W/"3": only if that is still the version.')
_IF_NEW = header("If-None-Match", "*: only if there is none.")
_IF_NONE_MATCH = header("If-None-Match", 'W/"3": 304 while that is the version.')
_IF_NONE_EXIST = header("If-None-Exist", "A search: only if nothing meets it.")
_SELECTED = "By the search parameters of the type, at least one."
_HISTORY = [
    query_parameter("_since", "Only versions since then.", {"type": "string"}),
    query_parameter("_at", "Only what was current then.", {"type": "string"}),
    parameter_ref("_count"),
]
_WRITES = "409 410 412 413 415 422"


@dataclass(frozen=True)
class _Type:
    declared: ResourceType

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def example(self) -> str:
        return self.name if examples.of_type(self.name) else ""

    def told(
        self, interaction: str, letter: str, summary: str, responses: Json, failures: str = ""
    ) -> Json:
        contexts = WRITERS if letter in "cud" else CONTEXTS
        return {
            "operationId": f"{self.name}.{interaction}",
            "tags": [self.name],
            "summary": summary,
            "security": needs([f"{each}/{self.name}.{letter}" for each in contexts]),
            "responses": responses | refusals(failures),
        }

    def one(self, words: str, headers: Json = TAGGED) -> Json:
        return answer(words, ref(self.name), self.example, headers)

    def body(self) -> Json:
        return {"required": True, "content": content(ref(self.name), self.example)}


def paths(resource_type: ResourceType) -> Json:
    of = _Type(resource_type)
    name = of.name
    history = {"200": answer("The versions, the newest first.", ref("Bundle"))}
    return {
        f"/{name}": {"get": _search(of), "post": _create(of), **_conditional(of)},
        f"/{name}/_search": {"post": _search_by_post(of)},
        f"/{name}/_history": {
            "get": {
                **of.told("history-type", "s", f"What has become of every {name}", history),
                "parameters": _HISTORY,
            },
        },
        f"/{name}/{{id}}": {
            "parameters": [ID],
            "get": _read(of),
            "put": _update(of),
            "patch": _patch(of),
            "delete": _delete(of),
        },
        f"/{name}/{{id}}/_history": {
            "get": {
                **of.told("history-instance", "r", f"The versions of one {name}", history, "410"),
                "parameters": [ID, *_HISTORY],
            },
        },
        f"/{name}/{{id}}/_history/{{version_id}}": {
            "get": {
                **of.told("vread", "r", f"Read a version of one {name}",
                          {"200": of.one("That version.")}, "304 410"),
                "parameters": [ID, VERSION_ID],
            },
        },
    }  # fmt: skip


def paths_of_derived(resource_type: ResourceType) -> Json:
    """Of a type that is made when it is asked for: it is read and searched, no more."""
    of = _Type(resource_type)
    name = of.name
    found = {"200": answer("A page of what was found.", ref("Bundle"))}
    common = [parameter_ref(each) for each in ("_id", "_count", "_page", "_pretty")]
    return {
        f"/{name}": {
            "get": {
                **of.told("search-type", "s", f"Search for {of.declared.words}", found),
                "parameters": [*own(of.declared), *common, _STRICT],
            }
        },
        f"/{name}/_search": {"post": _search_by_post(of)},
        f"/{name}/{{id}}": {
            "parameters": [ID],
            "get": {
                **of.told("read", "r", f"Read one {name}", {"200": of.one("As it was.", {})}),
                "parameters": [parameter_ref("_pretty")],
            },
        },
    }


def _search(of: _Type) -> Json:
    words = (
        "Beside these a parameter may have a modifier (name:exact), look through a reference "
        "(patient.birthdate) or back through one (_has:Observation:patient:code). A parameter "
        "that is given twice has to match twice; commas separate alternatives."
    )
    found = {
        "200": answer("A page of what was found.", ref("Bundle"), of.example and f"{of.name}.page")
    }
    return {
        **of.told("search-type", "s", f"Search for {of.declared.words}", found),
        "description": words,
        "parameters": [*of_search(of.declared), _STRICT],
    }


def _search_by_post(of: _Type) -> Json:
    found = {"200": answer("A page of what was found.", ref("Bundle"))}
    return {
        **of.told("search-by-post", "s", "The same search, its values outside of the address",
                  found, "413 415"),
        "parameters": [_STRICT],
        "requestBody": form_of_search(of.declared),
    }  # fmt: skip


def _read(of: _Type) -> Json:
    return {
        **of.told("read", "r", f"Read one {of.name}", {"200": of.one("As it is now.")}, "304 410"),
        "parameters": [
            *(parameter_ref(name) for name in ("_summary", "_elements", "_pretty")),
            _IF_NONE_MATCH,
        ],
    }


def _create(of: _Type) -> Json:
    found = {
        "200": of.one("One that meets If-None-Exist was there.", MADE),
        "201": of.one("It was made.", MADE),
    }
    return {
        **of.told("create", "c", f"Make a {of.name}", found, _WRITES),
        "parameters": [_IF_NONE_EXIST, _PREFER],
        "requestBody": of.body(),
    }


def _update(of: _Type) -> Json:
    found = {"200": of.one("As it is now."), "201": of.one("There was none; it was made.")}
    return {
        **of.told("update", "u", f"Replace one {of.name}, or make it with this id", found, _WRITES),
        "parameters": [_IF_MATCH, _IF_NEW, _PREFER],
        "requestBody": of.body(),
    }


def _patch(of: _Type) -> Json:
    return {
        **of.told("patch", "u", f"Change parts of one {of.name}",
                  {"200": of.one("As it is now.")}, _WRITES),
        "parameters": [_IF_MATCH, _PREFER],
        "requestBody": _patch_body(),
    }  # fmt: skip


def _patch_body() -> Json:
    steps: Json = {
        "type": "array",
        "maxItems": 1000,
        "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
                "path": {"type": "string"},
                "from": {"type": "string"},
                "value": {},
            },
        },
    }
    return {
        "required": True,
        "description": "RFC 6902, or FHIRPath Patch as a Parameters resource.",
        "content": {JSON_PATCH: {"schema": steps}, FHIR: {"schema": ref("Resource")}},
    }


def _delete(of: _Type) -> Json:
    return {
        **of.told("delete", "d", f"Delete one {of.name}",
                  {"204": {"description": "It is deleted, or was before."}}, "409 412"),
        "parameters": [_IF_MATCH],
    }  # fmt: skip


def _conditional(of: _Type) -> Json:
    """What a search selects instead of an id. https://hl7.org/fhir/R4/http.html#ccreate"""
    found = {"200": of.one("As it is now."), "201": of.one("None met it; one was made.")}
    changed = {"200": of.one("As it is now.")}
    gone = {"204": {"description": "It is deleted, or none met the search."}}
    selecting = own(of.declared)
    return {
        "put": {
            **of.told("conditional-update", "u", f"Replace the {of.name} that meets a search",
                      found, _WRITES),
            "description": _SELECTED,
            "parameters": [*selecting, _IF_MATCH, _PREFER],
            "requestBody": of.body(),
        },
        "patch": {
            **of.told("conditional-patch", "u", f"Change the {of.name} that meets a search",
                      changed, _WRITES),
            "description": _SELECTED,
            "parameters": [*selecting, _IF_MATCH, _PREFER],
            "requestBody": _patch_body(),
        },
        "delete": {
            **of.told("conditional-delete", "d", f"Delete the {of.name} that meets a search",
                      gone, "409 412"),
            "description": _SELECTED,
            "parameters": [*selecting, _IF_MATCH],
        },
    }  # fmt: skip
