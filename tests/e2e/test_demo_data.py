#!/usr/bin/env python3
"""`chancery demo-data`, and a server that goes on with what it made."""
import re
import unittest

import server

CERTIFICATES = 150


class DemoServer(server.Server):
    """One whose installation is the command's."""

    def start(self, ready_within=60):
        if self.token is None:
            self.summary = self.command("demo-data", "--certificates", str(CERTIFICATES)).stdout
            self.password = re.search(r"password +(\S+)", self.summary).group(1)
            self.token = re.search(r"API token +(\S+)", self.summary).group(1)
        super().start(ready_within)


class DemoDataTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(DemoServer())

    def figures(self, path):
        return {bucket["name"]: bucket["count"] for bucket in self.server.expect(200, "GET", path).json["buckets"]}

    def test_a_server_shows_a_year_of_it(self):
        months = self.figures("/stats/issuance?interval=month&periods=12")
        self.assertEqual(len(months), 12)
        self.assertTrue(all(months.values()), months)
        self.assertAlmostEqual(sum(months.values()), CERTIFICATES, delta=CERTIFICATES / 2)
        status = self.figures("/stats/status")
        self.assertTrue(all(status[name] for name in ("active", "expired", "revoked")), status)
        expiry = self.figures("/stats/expiry")
        self.assertGreater(expiry["within_90_days"] + expiry["within_30_days"], 0)
        self.assertGreaterEqual(len(self.figures("/stats/crypto")), 3)

    def test_every_list_has_something(self):
        for path in ("/domains", "/policies", "/policy-waivers", "/providers", "/acme-servers", "/service-accounts",
                     "/alerts", "/saved-views", "/custom-fields", "/certificate-authorities"):
            self.assertTrue(self.server.expect(200, "GET", path).json["items"], path)
        statuses = {order["status"] for order in self.server.all_items("/orders")}
        self.assertTrue({"complete", "failed", "processing"} <= statuses, statuses)

    def test_its_administrator_signs_in(self):
        self.server.expect(201, "POST", "/sessions", {"email": "admin@localhost", "password": self.server.password},
                           headers={"Authorization": ""})

    def test_the_audit_chain_is_whole(self):
        self.assertIn("chain whole", self.server.verify_audit())

    def test_it_is_refused_on_what_is_there_already(self):
        done = self.server.command("demo-data", check=False)
        self.assertEqual(done.returncode, 1)
        wanted = "set up already" if self.server.database else "another server is running"
        self.assertIn(wanted, done.stderr)


if __name__ == "__main__":
    server.main()
