"""Every operation of the OpenAPI document that a server serves, as requests to that server: what tests that walk over
all of them have in common. Every exchange goes into the contract's log."""
import copy
import json
import os

import contract_log

API = "/api/v1/"
METHODS = ("get", "put", "post", "delete", "patch")
UNKNOWN_ID = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"
JSON_TYPES = ("application/json", "application/merge-patch+json")


class Operation:
    def __init__(self, document, path, method, described):
        self.document, self.path, self.method, self.described = document, path, method.upper(), described
        self.name = self.method + " " + path
        self.is_open = described.get("security") == []
        self.statuses = {int(status) for status in described["responses"]}
        self.parameters = {one["name"]: one for one in map(document.follow, described.get("parameters", []))}
        shown = document.follow(described["responses"].get("200", {}))
        self.is_stream = "text/event-stream" in shown.get("content", {})
        body = document.follow(described.get("requestBody", {}))
        self.media_type = next(iter(body.get("content", {})), None)
        self.body_schema = document.follow(body["content"][self.media_type]["schema"]) if self.media_type else {}

    def example(self):
        """A body as the document shows it; None where there is none."""
        if self.media_type is None:
            return None
        content = self.document.follow(self.described.get("requestBody", {})).get("content", {})
        media = content.get(self.media_type, {})
        examples = list(media.get("examples", {}).values())
        return copy.deepcopy(media.get("example", examples[0].get("value") if examples else {}))

    def takes(self, parameter):
        return parameter in self.parameters

    def answer_schema(self, status):
        content = self.document.follow(self.described["responses"].get(str(status), {})).get("content", {})
        return self.document.follow(content.get("application/json", {}).get("schema", {}))


class Document:
    def __init__(self, text):
        self.whole = json.loads(text)

    def follow(self, value):
        while isinstance(value, dict) and "$ref" in value:
            section, name = value["$ref"].split("/")[2:]
            value = self.whole["components"][section][name]
        return value

    def operations(self, below=API):
        """Those of the API, or of other paths."""
        return [Operation(self, path, method, described) for path, item in self.whole["paths"].items()
                if path.startswith(below) for method, described in item.items() if method in METHODS]


class Walker:
    """Sends requests to a server, over one connection, and knows a resource for every path where there is one."""

    def __init__(self, server):
        self.server = server
        self.connection = server.connection(timeout=20)
        self.document = Document(self.raw("GET", "/openapi.json", token=None)[2])
        self.operations = self.document.operations()
        self.by_name = {one.name: one for one in self.operations}
        self.ids = {}

    def raw(self, method, target, body=None, headers=None, token=""):
        """`token`: "" for the administrator's, None for none."""
        sent = {} if token is None else {"Authorization": "Bearer " + (token or self.server.token)}
        sent.update(headers or {})
        self.connection.request(method, target, body=body, headers=sent)
        response = self.connection.getresponse()
        if response.headers.get_content_type() != "text/event-stream":
            return response.status, response.headers, response.read()
        # It does not end: what has come is enough, and the connection is of no more use.
        begun = b"" if method == "HEAD" else response.read1(4096)
        self.connection.close()
        self.connection = self.server.connection(timeout=20)
        return response.status, response.headers, begun

    def send(self, operation, body=None, headers=None, token="", id=None, query=""):
        """One request of an operation; `body` is an object or text. Its answer, with the body as an object."""
        sent = dict(headers or {})
        if body is not None and operation.media_type:
            sent.setdefault("Content-Type", operation.media_type)
        data = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        target = self.target(operation, id) + query
        reply = Reply(operation, *self.raw(operation.method, target, data, sent, token))
        self.log(operation, reply, target)
        return reply

    def log(self, operation, reply, target=None):
        if os.environ.get("CHANCERY_CONTRACT_LOG"):
            contract_log.record_of(operation.path, operation.method, target or self.target(operation), reply.status,
                                reply.headers, reply.text)

    def target(self, operation, id=None):
        parts = operation.path.split("/")
        return "/".join((id or self.id_for(operation.path)) if part.startswith("{") else part for part in parts)

    def collection_of(self, path):
        return path[:path.index("/{")]

    def id_for(self, path):
        """A resource that is there, or the unknown one."""
        return self.ids.get(self.collection_of(path), UNKNOWN_ID) if "/{" in path else UNKNOWN_ID

    def key_of(self, collection):
        """The member that one of a collection is known by: what its path has in braces; None when there is no such path."""
        below = (path[len(collection) + 2:] for path in self.document.whole["paths"]
                 if path.startswith(collection + "/{"))
        return next((rest.split("}")[0] for rest in below), None)

    def is_known(self, path):
        return "{" not in path or self.id_for(path) != UNKNOWN_ID

    def learn_ids(self):
        """The first item of every list; where a list is empty, one is made of the document's example."""
        for operation in self.operations:
            members = operation.answer_schema(200).get("properties", {})
            if operation.method != "GET" or "items" not in members or "{" in operation.path:
                continue
            items = self.send(operation).json.get("items", [])
            member = self.key_of(operation.path)
            if items and member in items[0]:
                self.ids.setdefault(operation.path, items[0][member])
        for operation in self.operations:
            if operation.method == "POST" and operation.path not in self.ids and self.is_known(operation.path):
                shown = operation.answer_schema(201).get("properties", {})
                if self.key_of(operation.path) in shown:
                    made = self.send(operation, operation.example())
                    if made.status == 201:
                        self.ids[operation.path] = made.json[self.key_of(operation.path)]


class Reply:
    def __init__(self, operation, status, headers, text):
        self.operation, self.status, self.headers, self.text = operation, status, headers, text

    @property
    def json(self):
        try:
            found = json.loads(self.text or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def code(self):
        return self.json.get("code")

    @property
    def pointers(self):
        return [error["pointer"] for error in self.json.get("errors", [])]

    def __repr__(self):
        return "%s: %d %s" % (self.operation.name, self.status, self.text[:300])
