"""No operation on a single resource leaves out the check that its siblings have: a stranger gets no further with one
sub-resource than with another, and cannot tell what is there from what is not."""
import unittest

import contract_walk
import resources
import server
from contract_walk import UNKNOWN_ID

# Whose: of one person, who alone has it; of everybody, to read; of administrators, and nobody else's.
OWNED = {"certificates", "orders", "api-tokens"}
SHARED = {"domains", "providers", "policies", "certificate-authorities", "acme-servers"}
ADMINISTERED = {"users", "alerts", "audit-events", "acme-accounts", "acme-bindings"}


class StrangersTest(resources.WalkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = resources.somebody(cls.server, "stranger@chancery.example", "user")

    def kind(self, operation):
        return operation.path.split("/")[3]

    def on_one(self):
        return [one for one in self.walker.operations if "/{" in one.path]

    def attempt(self, operation, id):
        headers = {"If-Match": '"1"'} if operation.takes("If-Match") else {}
        return self.walker.send(operation, operation.example(), headers, token=self.stranger, id=id)

    def test_every_kind_of_resource_has_an_owner(self):
        kinds = {self.kind(one) for one in self.on_one()}
        self.assertEqual(kinds - (OWNED | SHARED | ADMINISTERED), set(), "decide whose these are, in this file")
        self.assertEqual((OWNED | SHARED | ADMINISTERED) - kinds, set(), "these are not there")

    def test_what_is_somebody_elses_is_not_there(self):
        for operation in self.on_one():
            if self.kind(operation) not in OWNED:
                continue
            with self.subTest(operation.name):
                there = self.attempt(operation, self.walker.id_for(operation.path))
                self.assertEqual((there.status, there.code), (404, "NOT_FOUND"), there)
                nowhere = self.attempt(operation, UNKNOWN_ID)
                self.assertEqual({**there.json, "request_id": "", "instance": ""},
                                 {**nowhere.json, "request_id": "", "instance": ""})

    def test_what_is_everybodys_can_be_read_and_nothing_else(self):
        for operation in self.on_one():
            kind = self.kind(operation)
            if kind in SHARED and operation.method != "GET" or kind in ADMINISTERED:
                with self.subTest(operation.name):
                    reply = self.attempt(operation, self.walker.id_for(operation.path))
                    self.assertEqual((reply.status, reply.code), (403, "FORBIDDEN"), reply)

    def test_lists_show_no_trace_of_what_is_somebody_elses(self):
        for kind in sorted(OWNED):
            with self.subTest(kind):
                operation = self.walker.by_name["GET /api/v1/" + kind]
                reply = self.walker.send(operation, token=self.stranger, query="?include_total=true")
                known = {item["id"] for item in reply.json["items"]}
                self.assertNotIn(self.walker.ids[operation.path], known)
                self.assertEqual(reply.json["total"], len(known))

    def test_nothing_was_changed(self):
        certificate = self.server.expect(200, "GET", "/certificates/" + self.walker.ids["/api/v1/certificates"]).json
        self.assertEqual(certificate["status"], "active")
        self.assertEqual(certificate["tags"], [])


if __name__ == "__main__":
    server.main()
