#!/usr/bin/env python3
"""Checks recorded exchanges against the OpenAPI document: every status must be documented for its operation, every
body must fit its schema, and every header that the document promises must be there when it is a header of success.

Clients ignore members they do not know, but the contract must name them all: schemas count as closed here.

With --coverage every documented success must have been seen. With --exceptions FILE what a request left in the audit log
must be among its operation's `x-audit-events`, and every documented status of every operation must have been seen, but for those that the file names: `operation,status,reason`, where the operation may be `GET *`, `* *` or
`* /a/path`. A line that names nothing which was left unseen is a mistake, too, so that the list only shrinks. Where the tests had
a PostgreSQL, lines whose reason begins with "only on PostgreSQL" count for nothing.

usage: validate.py openapi.json exchanges.ndjson... [--coverage | --exceptions FILE]"""
import argparse
import collections
import csv
import json
import os
import re
import sys
import uuid

import jsonschema

# Sent with some answers only; the request id comes from the pipeline, which is around a door and not in it.
SOMETIMES = {"idempotency-replayed", "link", "preference-applied", "retry-after", "x-request-id", "ratelimit",
             "ratelimit-policy"}

# A denial is recorded whatever was asked for.
ALWAYS_AUDITED = {"access.denied"}

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
        self.audited = collections.Counter()

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

    def audit_mistakes(self, record, action):
        """`action` is what the request of `record` left in the audit log."""
        operation = self.operation(record)
        if operation is None or action in ALWAYS_AUDITED:
            return []
        self.audited[(operation["operationId"], action)] += 1
        known = action in operation.get("x-audit-events", [])
        return [] if known else [f"{action} is recorded and not among the x-audit-events"]

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

    def unseen(self, wanted=lambda status: True):
        """What is documented and was never seen: (operation, status)."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                for status in operation["responses"]:
                    if wanted(status) and not self.seen[(operation["operationId"], int(status))]:
                        yield f"{method.upper()} {path}", int(status)


class Exceptions:
    """The lines of exceptions.csv, and whether anything needed them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        if os.environ.get("CHANCERY_TEST_POSTGRES"):
            self.rows = [row for row in self.rows if not row["reason"].startswith("only on PostgreSQL")]
        self.used = set()
        for row in self.rows:
            if None in row.values() or not row["reason"].strip():
                sys.exit(f"{path}: not operation, status and reason: {row}")

    def permit(self, operation, status):
        method, path = operation.split(" ")
        for index, row in enumerate(self.rows):
            named = row["operation"].split(" ")
            if int(row["status"]) == status and named[0] in ("*", method) and named[1] in ("*", path):
                self.used.add(index)
                return True
        return False

    def needless(self):
        return [f"{row['operation']} {row['status']}" for index, row in enumerate(self.rows) if index not in self.used]


def mistakes_of(contract, records, with_audit):
    """Every mistake of a log's lines: exchanges and, where they are asked for, what requests left in the audit log."""
    by_request = {}
    for record in records:
        if "audited" in record:
            exchange = by_request.get(record["request_id"])
            found = contract.audit_mistakes(exchange, record["audited"]) if exchange and with_audit else []
        else:
            exchange = by_request[record.get("request_id")] = record
            found = contract.mistakes(record)
        for mistake in found:
            status = "" if "audited" in record else f" {record['status']}"
            yield f"{exchange['method']} {exchange['path']}{status}: {mistake}"


def coverage_mistakes(contract, arguments):
    if arguments.exceptions:
        exceptions = Exceptions(arguments.exceptions)
        unseen = [f"never seen: {operation} {status}" for operation, status in contract.unseen()
                  if not exceptions.permit(operation, status)]
        return unseen + [f"excepted, but seen or not documented: {one}" for one in exceptions.needless()]
    if arguments.coverage:
        return [f"never seen: {operation} {status}"
                for operation, status in contract.unseen(lambda status: status.startswith("2"))]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document")
    parser.add_argument("logs", nargs="+")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--exceptions")
    arguments = parser.parse_args()
    with open(arguments.document, encoding="utf-8") as source:
        contract = Contract(json.load(source))
    count = 0
    failures = collections.Counter()
    for log in arguments.logs:
        with open(log, encoding="utf-8") as records:
            lines = list(map(json.loads, records))
        count += sum("status" in line for line in lines)
        failures.update(mistakes_of(contract, lines, bool(arguments.exceptions)))
    for text, times in sorted(failures.items()):
        print(f"{text} ({times} times)")
    uncovered = coverage_mistakes(contract, arguments)
    print("\n".join(uncovered), end="\n" if uncovered else "")
    print(f"{count} exchanges, {len(failures)} kinds of mistake, "
          f"{len({name for name, _ in contract.seen})} operations, {len(contract.seen)} of their statuses")
    sys.exit(1 if failures or uncovered or count == 0 else 0)


if __name__ == "__main__":
    main()
