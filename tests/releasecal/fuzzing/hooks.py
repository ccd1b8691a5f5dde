"""What schemathesis is told about the installation it calls. Read by its own process (SCHEMATHESIS_HOOKS), without Django.

A description says what a request looks like, and not what there is. Left alone, the fuzzer would name things that nowhere are, be
refused (400, as the contract wants it), and never come to what a verb does. So its copy of the description is narrowed to names that
are there; they are referred to, so that the run cannot delete them.
"""

import json
import os
from typing import Any

import schemathesis

#: By kind, what may be named: texts and ids.
NAMES: dict[str, list[str | int]] = json.loads(os.environ["FUZZING_NAMES"])
#: The token the run itself uses: without it everything else would be a 401.
OWN_TOKEN = os.environ["FUZZING_TOKEN_ID"]
#: What fits each other and the calendar: of what two fields are to each other, or to now, a description knows nothing.
FITTING: dict[str, list[Any]] = {
    "from": ["2026-03-01", "2026-03-02T10:00:00+02:00"],
    "to": ["2026-04-01", "2026-04-01T00:00:00Z"],
    "starts_at": ["2031-03-10T20:00:00Z", "2031-03-11T20:00:00+01:00"],
    "ends_at": ["2031-03-12T20:00:00Z", "2031-03-12T22:00:00.5Z"],
    "approved_from": ["2031-03-09T20:00:00Z"],
    "approved_until": ["2031-03-13T20:00:00Z"],
    "expires_on": ["2099-12-31"],
    "target": ["https://ci.example.org/hook"],
}


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    for path in raw_schema["paths"].values():
        narrow([part for operation in path.values() for part in (operation.get("parameters"), operation.get("requestBody"))])
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            names = {each["name"] for each in parameters}
            # A cursor is only ever one that an answer gave; walking lists has tests of its own. No worker runs beside the tests: what
            # waits for one would make every other import wait for it. And an answer that is kept for a key is given again, whatever
            # `If-Match` says.
            left_out = {"cursor", "Prefer"} | ({"Idempotency-Key"} if "If-Match" in names else set())
            parameters[:] = [each for each in parameters if each["name"] not in left_out]
            for each in parameters:
                if each["name"] in FITTING:
                    each["schema"] = {"type": "string", "enum": FITTING[each["name"]]}


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    is_own = case.method == "DELETE" and str(case.path_parameters.get("name")) == OWN_TOKEN
    return not (is_own and case.path.startswith("/api/v1/tokens/"))


def narrow(node: Any) -> None:
    """Replace what only describes a name by the names that are there, in all of `node`."""
    if isinstance(node, list):
        for each in node:
            narrow(each)
    if isinstance(node, dict):
        kind = node.pop("x-refers-to", None)
        if kind is not None:
            types = {str: "string", int: "integer"}
            names: list[Any] = [name for name in NAMES[kind] if types[type(name)] in node["type"]]
            node |= {"enum": names + none_of(node)}
        if "approved_from" in node.get("properties", {}):
            node["dependentRequired"] = {"approved_from": ["approved_until"], "approved_until": ["approved_from"]}
        for name, each in node.items():
            narrow(each)
            if name in FITTING and isinstance(each, dict) and "format" in each:
                each |= {"enum": FITTING[name] + ([] if name.startswith("approved") else none_of(each))}


def none_of(schema: dict[str, Any]) -> list[Any]:
    """Null, where it may stand."""
    return [None] if "null" in schema["type"] else []
