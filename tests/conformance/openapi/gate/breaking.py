#!/usr/bin/env python3
"""Compares the OpenAPI document with the last released one, and fails on what would break a client of that one:
operations, answers or members that are gone, requests that are refused now, members of answers that may be missing or
have another type now. What may grow (answers' members and enumerations, optional members of requests) may.

Breaks that were decided are in accepted.csv (`break,reason`); a line there that is no break any more fails, too.

usage: breaking.py released.json openapi.json accepted.csv"""
import csv
import json
import sys

METHODS = ("get", "put", "post", "delete", "patch")
SCOPES = {"read": 0, "write": 1, "admin": 2}
# Keyword -> whether a larger value permits less.
LIMITS = {"maximum": False, "maxLength": False, "maxItems": False, "minimum": True, "minLength": True, "minItems": True}


def types(schema):
    found = schema.get("type", [])
    return set(found if isinstance(found, list) else [found])


class Side:
    """One of the two documents."""

    def __init__(self, document):
        self.document = document

    def follow(self, value):
        while isinstance(value, dict) and "$ref" in value:
            section, name = value["$ref"].split("/")[2:]
            value = self.document["components"][section][name]
        return value or {}

    def operations(self):
        return {f"{method.upper()} {path}": operation for path, item in self.document["paths"].items()
                for method, operation in item.items() if method in METHODS}

    def parameters(self, operation):
        found = map(self.follow, operation.get("parameters", []))
        return {f"{one['in']} {one['name']}": one for one in found}


class Comparison:
    def __init__(self, released, current):
        self.old, self.new = Side(released), Side(current)
        self.breaks = []
        self.compared = set()

    def say(self, where, what):
        self.breaks.append(f"{where}: {what}")

    def run(self):
        current = self.new.operations()
        for name, operation in self.old.operations().items():
            if name not in current:
                self.say(name, "the operation is gone")
                continue
            self.operation(name, operation, current[name])
        return sorted(set(self.breaks))

    def operation(self, name, old, new):
        if old["operationId"] != new["operationId"]:
            self.say(name, "has another operationId, which generated clients call it by")
        if SCOPES.get(new.get("x-scope"), -1) > SCOPES.get(old.get("x-scope"), -1):
            self.say(name, "needs a wider scope")
        self.parameter_breaks(name, self.old.parameters(old), self.new.parameters(new))
        self.body_breaks(name, self.old.follow(old.get("requestBody")), self.new.follow(new.get("requestBody")))
        self.answer_breaks(name, old["responses"], new["responses"])

    def parameter_breaks(self, name, old, new):
        for key, parameter in old.items():
            if key not in new:
                self.say(name, f"the parameter {key} is gone")
                continue
            if new[key].get("required") and not parameter.get("required"):
                self.say(name, f"the parameter {key} is required")
            self.request_schema(f"{name} {key}", *self.parameter_schemas(parameter, new[key]))
        for key in new.keys() - old.keys():
            if new[key].get("required"):
                self.say(name, f"the parameter {key} is new and required")

    def parameter_schemas(self, old, new):
        """A query member that may be one of several now, separated by commas, still may be one."""
        before, after = old.get("schema", {}), new.get("schema", {})
        several = new.get("in") == "query" and not new.get("explode", True) and "items" in self.new.follow(after)
        if several and "array" not in types(self.old.follow(before)):
            after = self.new.follow(after)["items"]
        return before, after

    def body_breaks(self, name, old, new):
        if new.get("required") and not old.get("required"):
            self.say(name, "a body is required")
        for media_type, content in old.get("content", {}).items():
            other = new.get("content", {}).get(media_type)
            if other is None:
                self.say(name, f"bodies of {media_type} are not read")
            else:
                self.request_schema(f"{name} request", content.get("schema", {}), other.get("schema", {}))

    def answer_breaks(self, name, old, new):
        for status, answer in old.items():
            if not status.startswith("2"):
                continue
            if status not in new:
                self.say(name, f"the answer {status} is gone")
                continue
            before, after = self.old.follow(answer), self.new.follow(new[status])
            for header in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                self.say(name, f"the answer {status} has no {header}")
            for media_type, content in before.get("content", {}).items():
                other = after.get("content", {}).get(media_type)
                if other is None:
                    self.say(name, f"the answer {status} is not {media_type}")
                else:
                    self.answer_schema(f"{name} {status}", content.get("schema", {}), other.get("schema", {}))

    def first_time(self, kind, old, new):
        """Schemas refer to each other: each pair is compared once."""
        if "$ref" not in old and "$ref" not in new:
            return True
        key = (kind, json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True))
        known = key in self.compared
        self.compared.add(key)
        return not known

    def named(self, where, reference):
        return reference["$ref"].rsplit("/", 1)[1] if "$ref" in reference else where

    def request_schema(self, where, old, new):
        """What was a good request must be one."""
        if not self.first_time("request", old, new):
            return
        where, old, new = self.named(where, new), self.old.follow(old), self.new.follow(new)
        if types(new) and not types(old) <= types(new) | ({"integer"} if "number" in types(new) else set()):
            self.say(where, f"must be {'/'.join(sorted(types(new)))}")
        gone = [value for value in old.get("enum", []) if value not in new.get("enum", old["enum"])]
        if gone or ("enum" in new and "enum" not in old and "const" not in old):
            self.say(where, f"takes fewer values: {', '.join(map(str, gone)) or 'an enumeration now'}")
        for keyword, larger_is_less in LIMITS.items():
            if keyword in new and (keyword not in old or (new[keyword] > old[keyword]) == larger_is_less
                                   and new[keyword] != old[keyword]):
                self.say(where, f"{keyword} is {new[keyword]}, was {old.get(keyword, 'not limited')}")
        for keyword in ("pattern", "format"):
            if keyword in new and new[keyword] != old.get(keyword):
                self.say(where, f"{keyword} is {new[keyword]}, was {old.get(keyword, 'free')}")
        for member in set(new.get("required", [])) - set(old.get("required", [])):
            self.say(where, f"the member {member} is required")
        for member, schema in old.get("properties", {}).items():
            if member in new.get("properties", {}):
                self.request_schema(f"{where} {member}", schema, new["properties"][member])
            elif new.get("additionalProperties", True) is False:
                self.say(where, f"the member {member} is gone")
        if "items" in old:
            self.request_schema(f"{where} items", old["items"], new.get("items", {}))

    def answer_schema(self, where, old, new):
        """What a client reads must be there, with a type that it knows."""
        if not self.first_time("answer", old, new):
            return
        where, old, new = self.named(where, new), self.old.follow(old), self.new.follow(new)
        if types(old) and not types(new) <= types(old):
            self.say(where, f"may be {'/'.join(sorted(types(new) - types(old))) or 'anything'}")
        for member, schema in old.get("properties", {}).items():
            if member not in new.get("properties", {}):
                self.say(where, f"the member {member} is gone")
                continue
            if member in old.get("required", []) and member not in new.get("required", []):
                self.say(where, f"the member {member} may be missing")
            self.answer_schema(f"{where} {member}", schema, new["properties"][member])
        if "items" in old:
            self.answer_schema(f"{where} items", old["items"], new.get("items", {}))


def accepted(path):
    with open(path, encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    for row in rows:
        if not (row["reason"] or "").strip():
            sys.exit(f"{path}: no reason for {row['break']}")
    return {row["break"] for row in rows}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as released, open(sys.argv[2], encoding="utf-8") as current:
        breaks = Comparison(json.load(released), json.load(current)).run()
    decided = accepted(sys.argv[3])
    faults = [f"breaks clients: {one}" for one in breaks if one not in decided]
    faults += [f"accepted, but no break: {one}" for one in sorted(decided - set(breaks))]
    print("\n".join(faults) or f"nothing breaks a client of {sys.argv[1]} ({len(breaks)} breaks accepted)")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
