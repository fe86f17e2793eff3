#!/usr/bin/env python3
"""What the conventions of rules.mjs find in a small document that keeps none of them, and that they find nothing in one
that does.

usage: rules_test.py FOLDER-OF-THE-PACKAGES"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tools

PROBLEM = {"description": "A refusal.", "x-problem-codes": ["CODE"],
           "content": {"application/problem+json": {"schema": {"type": "object"}}}}


def answers(success, *refusals):
    return {success[0]: success[1], **{status: PROBLEM for status in refusals}}


GOOD = {
    "openapi": "3.1.1",
    "info": {"title": "Things", "version": "1", "license": {"name": "A", "identifier": "Apache-2.0"}},
    "servers": [{"url": "/"}],
    "security": [{"bearer": []}],
    "tags": [{"name": "Things", "description": "All of them."}],
    "paths": {"/api/v1/things": {
        "get": {
            "operationId": "listThings", "summary": "List", "description": "All.", "tags": ["Things"],
            "x-right": "ReadThings", "x-scope": "read",
            "parameters": [{"name": name, "in": "query", "description": "A.", "schema": {"type": "string"}}
                           for name in ("limit", "cursor", "include_total")],
            "responses": answers(("200", {"description": "A page.", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/ThingList"}, "example": {}}}}),
                "401", "403", "406", "422", "429", "500", "503"),
        },
        "post": {
            "operationId": "createThing", "summary": "Make", "description": "One.", "tags": ["Things"],
            "x-right": "ManageThings", "x-scope": "write", "x-audit-events": ["thing.create.success"],
            "requestBody": {"content": {"application/json": {"schema": {"type": "object"}, "example": {}}}},
            "responses": answers(("201", {"description": "Made."}),
                                 "400", "401", "403", "406", "413", "415", "422", "429", "500", "503"),
        },
    }},
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "ThingList": {"type": "object", "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                "next_cursor": {"type": ["string", "null"]}, "has_more": {"type": "boolean"}}},
            "Thing": {"type": "object", "properties": {
                "id": {"type": "string", "format": "uuid"}, "made_at": {"type": "string", "format": "date-time"}}},
        },
    },
}

# A convention -> what breaks it.
BREAKS = {
    "described": lambda paths, _: paths["get"].pop("description"),
    "authorised": lambda paths, _: paths["get"].pop("x-scope"),
    "audited": lambda paths, _: paths["post"].pop("x-audit-events"),
    "refused": lambda paths, _: paths["post"]["responses"].pop("413"),
    "problems": lambda paths, _: paths["get"]["responses"].update({"403": {"description": "No."}}),
    "exemplified": lambda paths, _: paths["get"]["responses"]["200"]["content"]["application/json"].pop("example"),
    "paged": lambda paths, _: paths["get"]["parameters"].pop(),
    "typed-members": lambda _, schemas: schemas["Thing"]["properties"].update({"id": {"type": "string"}}),
}


class RulesTest(unittest.TestCase):
    packages = None

    def found(self, document):
        """The conventions that a document breaks."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document, file)
            file.flush()
            program = self.packages.folder / "node_modules/@redocly/cli/bin/cli.js"
            done = subprocess.run([self.packages.node, program, "lint", file.name, "--format", "json", "--config",
                                   tools.HERE / "redocly.yaml"], capture_output=True, text=True, check=False,
                                  cwd=self.packages.folder, env=tools.environment())
        rules = {problem["ruleId"] for problem in json.loads(done.stdout)["problems"]}
        return {rule.split("/")[1] for rule in rules if rule.startswith("conventions/")}

    def test_a_document_that_keeps_them_has_no_fault(self):
        self.assertEqual(self.found(GOOD), set())

    def test_each_convention_finds_what_breaks_it(self):
        for convention, break_it in BREAKS.items():
            with self.subTest(convention):
                document = copy.deepcopy(GOOD)
                break_it(document["paths"]["/api/v1/things"], document["components"]["schemas"])
                self.assertEqual(self.found(document), {convention})

    def test_every_convention_is_turned_on_and_tried(self):
        configured = (pathlib.Path(tools.HERE) / "redocly.yaml").read_text(encoding="utf-8")
        for convention in BREAKS:
            self.assertIn("conventions/%s:" % convention, configured)
        self.assertEqual(configured.count("conventions/"), len(BREAKS))


if __name__ == "__main__":
    RulesTest.packages = tools.Tools(sys.argv.pop())
    unittest.main()
