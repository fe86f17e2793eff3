#!/usr/bin/env python3
"""Holds the rule catalogue's JSON Schemas against what the server itself accepts: a schema accepts exactly the values
that the rule does, as far as a schema can say it. What it cannot (that a text is a regular expression or a policy
expression) is listed here by rule and member.

usage: check_schemas.py vectors.ndjson"""
import collections
import json
import sys

import jsonschema

# The schema may accept these where the server, which reads the language inside, does not; never the other way round.
LANGUAGES = {"enforce_name_pattern", "expression"}


def main(path):
    validators = {}
    seen = collections.Counter()
    wrong = []
    with open(path, encoding="utf-8") as vectors:
        for line in vectors:
            vector = json.loads(line)
            rule = vector["rule"]
            if rule not in validators:
                jsonschema.Draft202012Validator.check_schema(vector["schema"])
                validators[rule] = jsonschema.Draft202012Validator(vector["schema"])
            by_schema = validators[rule].is_valid(vector["values"])
            seen[rule, by_schema] += 1
            if by_schema != vector["accepted"] and not (rule in LANGUAGES and by_schema):
                wrong.append(f"{rule}: the schema {'accepts' if by_schema else 'refuses'} what the server does not agree "
                             f"with: {json.dumps(vector['values'])[:200]}")
    for rule in validators:
        for verdict in (True, False):
            if not seen[rule, verdict]:
                wrong.append(f"{rule}: no values that the schema {'accepts' if verdict else 'refuses'}")
    if not validators:
        wrong.append("no vectors")
    print("\n".join(wrong[:50]) or f"{len(validators)} schemas agree with the server over {sum(seen.values())} values")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
