#!/usr/bin/env python3
"""What breaking.py calls a break, a case each, on a small document."""
import copy
import unittest

import breaking

RELEASED = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "x-scope": "read",
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"headers": {"Link": {}}, "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Thing"}}}}},
            },
            "post": {
                "operationId": "createThing",
                "x-scope": "write",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}},
                "responses": {"201": {}},
            },
        }
    },
    "components": {"schemas": {
        "Thing": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "size": {"type": "integer"}, "parts": {
                "type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}},
        "NewThing": {"type": "object", "additionalProperties": False, "required": ["name"], "properties": {
            "name": {"type": "string", "maxLength": 64}, "kind": {"enum": ["round", "square"]}}},
    }},
}


class BreakingTest(unittest.TestCase):
    def breaks(self, change):
        current = copy.deepcopy(RELEASED)
        change(current["paths"]["/things"], current["components"]["schemas"])
        return breaking.Comparison(copy.deepcopy(RELEASED), current).run()

    def test_what_grows_breaks_nobody(self):
        def grow(things, schemas):
            things["get"]["parameters"][0].update(
                {"explode": False, "schema": {"type": "array", "items": {"type": "string"}}})
            things["put"] = {"operationId": "other", "responses": {}}
            things["get"]["parameters"].append({"name": "r", "in": "query", "schema": {}})
            schemas["Thing"]["properties"]["colour"] = {"type": "string"}
            schemas["Thing"]["required"].append("size")
            schemas["NewThing"]["properties"]["colour"] = {"type": "string"}
            schemas["NewThing"]["properties"]["kind"]["enum"].append("oval")
            schemas["NewThing"]["properties"]["name"]["maxLength"] = 128

        self.assertEqual(self.breaks(grow), [])

    def test_each_break_is_found(self):
        cases = {
            "GET /things: the operation is gone": lambda things, _: things.pop("get"),
            "GET /things: needs a wider scope": lambda things, _: things["get"].update({"x-scope": "admin"}),
            "GET /things: has another operationId, which generated clients call it by":
                lambda things, _: things["get"].update({"operationId": "all"}),
            "GET /things: the parameter query q is gone": lambda things, _: things["get"].update({"parameters": []}),
            "GET /things: the parameter query q is required":
                lambda things, _: things["get"]["parameters"][0].update({"required": True}),
            "GET /things: the parameter query r is new and required":
                lambda things, _: things["get"]["parameters"].append({"name": "r", "in": "query", "required": True}),
            "GET /things: the answer 200 has no Link": lambda things, _: things["get"]["responses"]["200"].pop("headers"),
            "GET /things: the answer 200 is not application/json":
                lambda things, _: things["get"]["responses"]["200"].pop("content"),
            "POST /things: the answer 201 is gone": lambda things, _: things["post"]["responses"].pop("201"),
            "POST /things: a body is required":
                lambda things, _: things["post"]["requestBody"].update({"required": True}),
            "POST /things: bodies of application/json are not read":
                lambda things, _: things["post"]["requestBody"].update({"content": {}}),
            "Thing: the member size is gone": lambda _, schemas: schemas["Thing"]["properties"].pop("size"),
            "Thing: the member id may be missing": lambda _, schemas: schemas["Thing"].update({"required": []}),
            "Thing size: may be null":
                lambda _, schemas: schemas["Thing"]["properties"].update({"size": {"type": ["integer", "null"]}}),
            "NewThing: the member kind is gone": lambda _, schemas: schemas["NewThing"]["properties"].pop("kind"),
            "NewThing: the member kind is required": lambda _, schemas: schemas["NewThing"]["required"].append("kind"),
            "NewThing kind: takes fewer values: square":
                lambda _, schemas: schemas["NewThing"]["properties"]["kind"].update({"enum": ["round"]}),
            "NewThing name: maxLength is 32, was 64":
                lambda _, schemas: schemas["NewThing"]["properties"]["name"].update({"maxLength": 32}),
            "NewThing name: must be integer":
                lambda _, schemas: schemas["NewThing"]["properties"].update({"name": {"type": "integer"}}),
            "NewThing name: pattern is ^a, was free":
                lambda _, schemas: schemas["NewThing"]["properties"]["name"].update({"pattern": "^a"}),
        }
        for text, change in cases.items():
            with self.subTest(text):
                self.assertEqual(self.breaks(change), [text])


if __name__ == "__main__":
    unittest.main()
