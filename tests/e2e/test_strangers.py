"""No operation on a single resource leaves out the check that its siblings have: a stranger gets no further with one
sub-resource than with another, and cannot tell what is there from what is not."""
import csv
import pathlib

import contract_walk
import resources
import server
from contract_walk import UNKNOWN_ID

# Whose a resource is that an ordinary user may do something with: of one person, who alone has it, or of everybody, to
# read. (rights.csv says who may call an operation at all.)
OWNED = {"certificates", "orders", "api-tokens", "sessions", "saved-views", "certificates/batch-operations",
         "revocation-batches", "policy-decisions"}
SHARED = {"domains", "providers", "policies", "certificate-authorities", "acme-servers", "custom-fields",
          "policy-waivers"}
# What is, beside that, kept from administrators whose domains it does not lie under.
NARROWED = OWNED | {"alerts", "policy-replays"}
RIGHTS = pathlib.Path(__file__).resolve().parent.parent / "conformance" / "openapi" / "rights.csv"


def open_to(role):
    """The operations that somebody with this role, a column of the table, may call."""
    with open(RIGHTS, encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["operation"] for row in rows if row[role] == "yes"}


def alike(reply):
    """An answer without what differs in any two."""
    return {**reply.json, "request_id": "", "instance": ""}


class StrangersTest(resources.WalkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = resources.somebody(cls.server, "stranger@chancery.example", "user")
        cls.may = open_to("user")
        cls.narrowed = resources.narrowed(cls.server)
        policy = cls.server.expect(200, "GET", "/policies").json["items"][0]["id"]
        replay = cls.server.expect(202, "POST", "/policy-replays", {"policy_id": policy}).json["id"]
        cls.walker.ids["/api/v1/policy-replays"] = replay

    def kind(self, operation):
        return operation.path[len(contract_walk.API):operation.path.index("/{")]

    def on_one(self):
        return [one for one in self.walker.operations if "/{" in one.path]

    def attempt(self, operation, id, token=None):
        headers = {"If-Match": '"1"'} if operation.takes("If-Match") else {}
        return self.walker.send(operation, operation.example(), headers, token=token or self.stranger, id=id)

    def test_it_is_known_whose_every_kind_of_resource_is(self):
        kinds = {self.kind(one) for one in self.on_one() if one.name in self.may}
        self.assertEqual(kinds - OWNED - SHARED, set(), "decide whose these are, in this file")
        self.assertEqual(OWNED & SHARED, set())

    def test_what_is_somebody_elses_is_not_there(self):
        for operation in self.on_one():
            if self.kind(operation) not in OWNED or operation.name not in self.may:
                continue
            with self.subTest(operation.name):
                there = self.attempt(operation, self.walker.id_for(operation.path))
                self.assertEqual((there.status, there.code), (404, "NOT_FOUND"), there)
                nowhere = self.attempt(operation, UNKNOWN_ID)
                self.assertEqual(alike(there), alike(nowhere))

    def test_what_is_everybodys_is_theirs_to_read_alone(self):
        for operation in self.on_one():
            if self.kind(operation) in SHARED and operation.name in self.may:
                with self.subTest(operation.name):
                    self.assertEqual(operation.method, "GET")

    def test_what_is_not_for_users_is_refused_whatever_it_is_about(self):
        for operation in self.on_one():
            if operation.name not in self.may:
                with self.subTest(operation.name):
                    for id in (self.walker.id_for(operation.path), UNKNOWN_ID):
                        reply = self.attempt(operation, id)
                        self.assertEqual((reply.status, reply.code), (403, "FORBIDDEN"), reply)

    def test_lists_show_no_trace_of_what_is_somebody_elses(self):
        for kind in sorted(OWNED):
            operation = self.walker.by_name.get("GET /api/v1/" + kind)
            if operation is None or operation.path not in self.walker.ids or operation.name not in self.may:
                continue
            with self.subTest(kind):
                reply = self.walker.send(operation, token=self.stranger, query="?include_total=true")
                known = {item["id"] for item in reply.json["items"]}
                self.assertNotIn(self.walker.ids[operation.path], known)
                self.assertEqual(reply.json["total"], len(known))

    def test_what_lies_under_other_domains_is_not_there_for_administrators(self):
        for role, column in resources.NARROWED_ROLES:
            token, may = self.narrowed[role], open_to(column)
            seen = 0
            for operation in self.on_one():
                if self.kind(operation) not in NARROWED or operation.name not in may:
                    continue
                with self.subTest(operation.name, role=role):
                    there = self.attempt(operation, self.walker.id_for(operation.path), token)
                    self.assertEqual((there.status, there.code), (404, "NOT_FOUND"), there)
                    nowhere = self.attempt(operation, UNKNOWN_ID, token)
                    self.assertEqual(alike(there), alike(nowhere))
                    seen += 1
            self.assertGreater(seen, 20)

    def test_lists_show_administrators_no_trace_of_what_lies_under_other_domains(self):
        for role, column in resources.NARROWED_ROLES:
            may = open_to(column)
            for kind in sorted(NARROWED):
                operation = self.walker.by_name.get("GET /api/v1/" + kind)
                if operation is None or operation.name not in may:
                    continue
                with self.subTest(kind, role=role):
                    reply = self.walker.send(operation, token=self.narrowed[role], query="?include_total=true")
                    known = {item["id"] for item in reply.json["items"]}
                    self.assertNotIn(self.walker.ids[operation.path], known)
                    self.assertEqual(reply.json["total"], len(known))

    def test_nothing_was_changed(self):
        certificate = self.server.expect(200, "GET", "/certificates/" + self.walker.ids["/api/v1/certificates"]).json
        self.assertEqual(certificate["status"], "active")
        self.assertEqual(certificate["tags"], [])


if __name__ == "__main__":
    server.main()
