"""What Schemathesis cannot know of the contract, because JSON Schema has no word for it."""

import itertools
import zlib

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import EnsureResourceAvailability

# schemathesis_test.go creates these contacts, each with an image.
CAMPAIGN, FIRST_ID, COUNT = 1000, 2750, 20

EXAMPLES = {
    "createContact": {
        "FirstName": "Wile",
        "LastName": "Coyote",
        "EmailAddress": "wile.coyote@example.com",
        "Accounts": "10000",
    },
    "updateContact": {"Title": "Director"},
}

deleted = itertools.cycle(range(FIRST_ID + COUNT, FIRST_ID + COUNT + 1000))
disjoint = []  # pairs of parameters that have no item in common


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Say what is on the wire in words that Schemathesis knows."""
    schemas = raw_schema["components"]["schemas"]
    schemas["EmailAddress"].pop("format")  # an annotation: the pattern holds
    for path in raw_schema["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict):
                continue
            for parameter in operation.get("parameters", []):
                if parameter.get("schema", {}).get("type") == "integer":
                    # What the contract does not say: a number has 64 bits.
                    parameter["schema"].setdefault("maximum", 2**63 - 1)
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                schema = content["schema"]
                if "$ref" in schema:
                    schema = schemas[schema["$ref"].rpartition("/")[2]]
                disjoint.extend(schema.get("x-disjoint", []))
                content["schema"] = on_the_wire(schema, media_type == "multipart/form-data")
                # There is one example of the whole: those of single parameters break rules when they are put together.
                content.pop("examples", None)
                if operation["operationId"] in EXAMPLES:
                    content["example"] = EXAMPLES[operation["operationId"]]


def on_the_wire(form, multipart):
    properties = {}
    dependent = dict(form.get("dependentRequired", {}))
    for name, schema in form["properties"].items():
        if schema.get("format") == "binary":
            if multipart:  # a form has no file
                # The value is the name of another part, which has the file.
                properties |= {name: {"const": "image"}, "image": {"type": "string", "pattern": "^GIF89a"}}
                dependent |= {name: ["image"], "image": [name]}
            continue
        if "x-max-joined-length" in schema:
            schema = joined(schema)
        elif schema.get("type") == "array":
            schema = schema["items"]  # one item looks like a text
        # An empty parameter counts as an absent one: clients never send it.
        properties[name] = {key: value for key, value in schema.items() if key != "examples"} | {"minLength": 1}
    # The sandbox refuses whatever the contract does not have.
    form = form | {"properties": properties, "dependentRequired": dependent, "additionalProperties": False}
    if not multipart:
        form.pop("not", None)
    return form


def joined(schema):
    """A list is one text, its items separated by commas; its length is limited as a whole."""
    return {
        "type": "string",
        "description": schema["description"],
        "maxLength": schema["x-max-joined-length"],
        "pattern": r"[^,\s]",  # an item that is not empty
    }


@schemathesis.hook
def map_case(context, case):
    """Keep the rules of x-disjoint, and ask for contacts that are there: to be deleted, others than to be read."""
    if case.meta.generation.mode.is_negative:
        return case
    keep_disjoint(case.body)
    # In a scenario the contact is one that was created in it.
    if case.meta.phase.name == TestPhase.STATEFUL or not case.path_parameters:
        return case
    number = zlib.crc32(repr(case.path_parameters).encode())
    if number % 4 > 0:
        case.path_parameters["CampaignId"] = CAMPAIGN
        if "ContactId" in case.path_parameters:
            contact = next(deleted) if case.method == "DELETE" else FIRST_ID + number // 4 % COUNT
            case.path_parameters["ContactId"] = str(contact)
    return case


@schemathesis.hook
def before_add_examples(context, examples):
    for case in examples:
        keep_disjoint(case.body)


def keep_disjoint(body):
    def items(name):
        return {item.strip() for item in body.get(name, "").split(",")} - {""}

    for one, other in disjoint:
        if isinstance(body, dict) and items(one) & items(other):
            del body[other]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Leave out what is no failure by rules for which JSON Schema has no words."""
    if isinstance(failure, AcceptedNegativeData):
        body = list(case.body.values()) if isinstance(case.body, dict) else []
        # All values of a form are text, whatever they were before.
        if any(not isinstance(value, str) for value in body):
            return False
        # An empty parameter counts as an absent one, and so does a list of empty items.
        return all(str(value or "").replace(",", "").strip() for value in [*(case.query or {}).values(), *body])
    if isinstance(failure, EnsureResourceAvailability):
        # A contact may be without an image, so that creating one does not create the other.
        return not case.path.endswith("/ProfileImage")
    return True
