"""A list of permissions that is empty permits nothing; where it would have to mean everything it is refused."""
import resources
import server


class EmptyPermissionsTest(resources.WalkTest):
    def policy(self, **changes):
        return {"name": "Empty", "description": "An empty list.", "patterns": ["*.localhost"],
                "actions": ["certificate.generate"],
                "rules": [{"action": "enforce_max_validity", "fail": "hard", "values": {"max_days": 1}}], **changes}

    def assert_refused(self, path, body, pointer):
        reply = self.server.api("POST", path, body)
        self.assertEqual(reply.status, 422, reply)
        self.assertTrue(any(one["pointer"].startswith(pointer) for one in reply.json["errors"]), reply)

    def test_who_has_no_domains_gets_no_certificates(self):
        token = resources.somebody(self.server, "empty@chancery.example", "user", domain_ids=[])
        reply = self.server.api("POST", "/orders", {"common_name": "empty.localhost"}, token=token)
        self.assertEqual((reply.status, reply.json["code"]), (403, "DOMAIN_NOT_ASSIGNED"))

    def test_taking_the_last_domain_away_takes_it_away(self):
        domain = self.server.expect(200, "GET", "/domains?q=localhost").json["items"][0]["id"]
        name = self.server.expect(200, "GET", "/domains/" + domain).json["name"]
        token = resources.somebody(self.server, "last@chancery.example", "user", domain_ids=[domain])
        order = {"common_name": "last." + name}
        self.server.expect(201, "POST", "/orders", order, token=token)
        user = self.server.api("GET", "/me", token=token).json["actor"]["id"]
        etag = self.server.expect(200, "GET", "/users/" + user).headers["ETag"]
        self.server.expect(200, "PATCH", "/users/" + user, {"domain_ids": []}, headers={"If-Match": etag})
        reply = self.server.api("POST", "/orders", order, token=token)
        self.assertEqual((reply.status, reply.json["code"]), (403, "DOMAIN_NOT_ASSIGNED"))

    def test_a_policy_without_patterns_actions_or_rules_is_none(self):
        for member in ("patterns", "actions", "rules"):
            with self.subTest(member):
                self.assert_refused("/policies", self.policy(**{member: []}), "/" + member)

    def test_a_rule_that_lists_nobody_is_no_rule(self):
        for action, values in (("restrict_requesters", {"roles": []}), ("restrict_requesters", {}),
                               ("restrict_providers", {"provider_ids": []}), ("restrict_providers", {}),
                               ("enforce_key_usage", {"key_usage": []}), ("enforce_key_usage", {})):
            with self.subTest(action, values=values):
                rule = {"action": action, "fail": "hard", "values": values}
                self.assert_refused("/policies", self.policy(rules=[rule]), "/rules/0")

    def test_an_acme_server_that_takes_no_proof_is_none(self):
        """(Its `key_algorithms` are a restriction: without one, all that the platform takes.)"""
        create = self.walker.by_name["POST /api/v1/acme-servers"]
        authority = self.server.expect(200, "GET", "/certificate-authorities?kind=intermediate").json["items"][0]["id"]
        body = dict(create.example(), slug="empty", authority_id=authority, challenge_types=[])
        self.assert_refused("/acme-servers", body, "/challenge_types")


if __name__ == "__main__":
    server.main()
