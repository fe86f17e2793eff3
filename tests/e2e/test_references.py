"""A body that names another resource is judged by whether its caller may have that one."""
import time

import resources
import server
from contract_walk import UNKNOWN_ID


# What is asked without being done: nothing is made of the reference, and the answer is the same whatever it names.
HYPOTHETICAL = {("POST /api/v1/policy-evaluations", "provider_id"), ("POST /api/v1/policy-evaluations", "authority_id")}


# What an administrator with domains may not see of what lies outside them; all else that a body names is everybody's to
# read, or nobody's but a Super Administrator's to name.
NARROWED = {"certificate_id": "certificates", "certificate_ids": "certificates", "order_id": "orders"}
# Members of which a body has one, and names the reference by it.
ALTERNATIVES = {"filter", "subject_alternative_names", "spki_sha256", "certificate", "csr", "public_key"} | set(NARROWED)


class ReferencesTest(resources.WalkTest):
    def references(self, operation):
        """The members of a body that are ids of other resources: (member, whether it is a list)."""
        for member, schema in operation.body_schema.get("properties", {}).items():
            if member.endswith("_id"):
                yield member, False
            elif member.endswith("_ids"):
                yield member, True

    def with_reference(self, operation, member, is_list, id):
        return dict(operation.example(), **{member: [id] if is_list else id})

    def headers(self, operation):
        reader = self.walker.by_name.get("GET " + operation.path)
        return {"If-Match": self.walker.send(reader).headers["ETag"]} if reader and operation.takes("If-Match") else {}

    def test_what_is_not_there_cannot_be_named(self):
        found = 0
        for operation in self.walker.operations:
            for member, is_list in self.references(operation):
                if (operation.name, member) in HYPOTHETICAL:
                    continue
                with self.subTest(operation.name, member=member):
                    found += 1
                    for id in (UNKNOWN_ID, "not-an-id", ""):
                        body = self.with_reference(operation, member, is_list, id)
                        reply = self.walker.send(operation, body, self.headers(operation))
                        self.assertIn(reply.status, (404, 409, 422), reply)
        self.assertGreater(found, 3)

    def test_what_lies_under_other_domains_cannot_be_named_by_administrators(self):
        tokens = resources.narrowed(self.server)
        named = set()
        for operation in self.walker.operations:
            for member, is_list in () if operation.name in HYPOTHETICAL else self.references(operation):
                for role, token in tokens.items():
                    if member not in NARROWED or operation.method != "POST":
                        continue
                    with self.subTest(operation.name, member=member, role=role):
                        body = {name: value for name, value in operation.example().items() if name not in (*ALTERNATIVES, "expected_count")}

                        def attempt(id):
                            return self.walker.send(operation, {**body, member: [id] if is_list else id}, token=token)

                        there = attempt(self.walker.ids["/api/v1/" + NARROWED[member]])
                        nowhere = attempt(UNKNOWN_ID)
                        if there.status == 202:  # a batch tells of each item what became of it
                            self.assertEqual(self.what_became_of(there, token), ["NOT_FOUND"])
                            self.assertEqual(self.what_became_of(nowhere, token), ["NOT_FOUND"])
                            named.add((operation.path, member, role))
                            continue
                        self.assertIn(there.status, (403, 404, 422), there)
                        self.assertEqual({**there.json, "request_id": ""}, {**nowhere.json, "request_id": ""})
                        if there.status == 422:
                            pointers = {one["pointer"].split("/")[1] for one in there.json["errors"]}
                            self.assertIn(member, pointers)
                            named.add((operation.path, member, role))
        self.assertEqual(named, {("/api/v1/certificates/batch-operations", "certificate_ids", "pki_administrator"),
                                 ("/api/v1/revocation-batches", "certificate_ids", "pki_administrator"),
                                 ("/api/v1/blocked-keys", "certificate_id", "pki_administrator"),
                                 ("/api/v1/policy-waivers", "certificate_id", "policy_administrator"),
                                 ("/api/v1/policy-waivers", "order_id", "policy_administrator")})

    def what_became_of(self, batch, token):
        path = "/certificates/batch-operations/" + batch.json["id"]
        deadline = time.monotonic() + 30
        while self.server.expect(200, "GET", path, token=token).json["finished_at"] is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        return [one["code"] for one in self.server.expect(200, "GET", path + "/items", token=token).json["items"]]

    def test_nobody_makes_a_token_for_somebody_else(self):
        stranger = resources.somebody(self.server, "reference@chancery.example", "user")
        administrator = self.server.expect(200, "GET", "/me").json["actor"]["id"]
        before = len(self.server.all_items("/api-tokens"))
        reply = self.server.api("POST", "/api-tokens", {"name": "theirs", "scope": "admin", "user_id": administrator},
                                token=stranger)
        self.assertIn(reply.status, (403, 404))
        self.assertEqual(len(self.server.all_items("/api-tokens")), before)
        reply = self.server.api("GET", "/api-tokens?user_id=" + administrator, token=stranger)
        self.assertIn(reply.status, (403, 404))

    def test_a_resubmission_is_of_an_order_that_one_sees(self):
        stranger = resources.somebody(self.server, "again@chancery.example", "user")
        order = self.walker.ids["/api/v1/orders"]
        self.assertEqual(self.server.api("POST", "/orders/%s/resubmissions" % order, {}, token=stranger).status, 404)


if __name__ == "__main__":
    server.main()
