#!/usr/bin/env python3
"""Checks recorded exchanges against the OpenAPI document: every status must be documented for its operation, every
body must fit its schema, and every header that the document promises must be there when it is a header of success.

Clients ignore members they do not know, but the contract must name them all: schemas count as closed here.

usage: validate.py openapi.json exchanges.ndjson [--coverage]"""
import collections
import json
import re
import sys
import uuid

import jsonschema

# Sent with some answers only.
SOMETIMES = {"idempotency-replayed", "link", "preference-applied", "retry-after"}

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_time(value):
    """What the API promises: RFC 3339, UTC, written with Z."""
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", value) is not None


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


def closed(schema):
    """The schema with `additionalProperties: false` wherever it lists its properties and says nothing else."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict) and result.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result


class Contract:
    def __init__(self, document):
        self.document = document
        self.components = closed(document["components"])
        self.validators = {}
        self.seen = collections.Counter()

    def follow(self, value):
        while isinstance(value, dict) and "$ref" in value:
            section, name = value["$ref"].split("/")[2:]
            value = self.document["components"][section][name]
        return value

    def operation(self, record):
        item = self.document["paths"].get(record["path"], {})
        return item.get("get" if record["method"] == "HEAD" else record["method"].lower())

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**closed(schema), "components": self.components}
            self.validators[key] = jsonschema.Draft202012Validator(whole, format_checker=FORMATS)
        return self.validators[key]

    def mistakes(self, record):
        if not record["path"] or record["method"] == "OPTIONS":
            return []  # no route: the router's own answer
        operation = self.operation(record)
        if operation is None:
            return ["the operation is not documented"]
        response = self.follow(operation["responses"].get(str(record["status"])))
        if response is None:
            return [f"status {record['status']} is not documented"]
        self.seen[(operation["operationId"], record["status"])] += 1
        return self.header_mistakes(record, response) + self.body_mistakes(record, response)

    def header_mistakes(self, record, response):
        promised = {name.lower() for name in response.get("headers", {})} - SOMETIMES
        return [f"header {name} is missing" for name in sorted(promised - set(record["headers"]))]

    def body_mistakes(self, record, response):
        content = response.get("content")
        if not content:
            return ["a body where none is documented"] if record["body"] else []
        media_type = record["headers"].get("content-type", "").split(";")[0]
        if media_type not in content:
            return [f"media type {media_type!r} is not documented"]
        if not media_type.endswith("json") or media_type == "application/x-ndjson":
            return [] if record["body"] else ["the body is empty"]
        try:
            body = json.loads(record["body"])
        except ValueError:
            return ["the body is not JSON"]
        found = [f"/{'/'.join(map(str, error.absolute_path))}: {error.message}"
                 for error in self.validator(content[media_type]["schema"]).iter_errors(body)]
        codes = response.get("x-problem-codes")
        if codes and body.get("code") not in codes:
            found.append(f"code {body.get('code')} is not documented for {record['status']}")
        return found

    def unseen(self):
        """Successful answers that are documented and were never seen."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                for status in operation["responses"]:
                    if status.startswith("2") and not self.seen[(operation["operationId"], int(status))]:
                        yield f"{method.upper()} {path} {status}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as source:
        contract = Contract(json.load(source))
    count = 0
    failures = collections.Counter()
    with open(sys.argv[2], encoding="utf-8") as records:
        for line in records:
            record = json.loads(line)
            count += 1
            for mistake in contract.mistakes(record):
                failures[f"{record['method']} {record['path']} {record['status']}: {mistake}"] += 1
    for text, times in sorted(failures.items()):
        print(f"{text} ({times} times)")
    unseen = list(contract.unseen()) if "--coverage" in sys.argv else []
    for text in unseen:
        print(f"never seen: {text}")
    print(f"{count} exchanges, {len(failures)} kinds of mistake, "
          f"{len({name for name, _ in contract.seen})} operations, {len(contract.seen)} of their statuses")
    sys.exit(1 if failures or unseen or count == 0 else 0)


if __name__ == "__main__":
    main()
