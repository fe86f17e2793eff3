"""What tests of CAs outside have in common: providers, orders that end later, and revocations that are passed on."""
import base64
import glob
import json
import os
import tempfile
import time
import unittest

import server
import x509

NETWORKS = {"CHANCERY_PROVIDERS_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128"}


def finished(running, order, within=90):
    """The order when it has ended."""
    deadline = time.monotonic() + within
    while True:
        now = running.expect(200, "GET", "/orders/" + order["id"]).json
        if now["status"] in ("complete", "failed"):
            return now
        if time.monotonic() > deadline:
            raise AssertionError("the order did not end: %r" % now)
        time.sleep(0.3)


class UpstreamTest(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(tempfile.TemporaryDirectory())

    def start(self, environment=None):
        self.running = self.enterContext(server.Server(dict(NETWORKS, **(environment or {}))))
        return self.running

    def provider(self, body):
        made = self.running.expect(201, "POST", "/providers", body).json
        checked = self.running.expect(200, "POST", "/providers/%s/checks" % made["id"], {}).json
        self.assertTrue(checked["succeeded"], checked)
        return made

    def order(self, provider, *names, **more):
        body = dict({"common_name": names[0], "provider_id": provider["id"],
                     "subject_alternative_names": [{"type": "dns", "value": name} for name in names]}, **more)
        return self.running.expect(202, "POST", "/orders", body).json

    def issued(self, ca, order, *names):
        done = finished(self.running, order)
        self.assertEqual(done["status"], "complete", str(done) + ca.log()[-3000:])
        row = self.running.expect(200, "GET", "/certificates/" + done["certificate_id"]).json
        chain = self.running.expect(200, "GET", "/certificates/%s/chain" % row["id"]).body.decode()
        root = os.path.join(self.scratch, "root.pem")
        x509.write(root, ca.root())
        x509.assert_chain(root, chain, names[0].replace("*", "anything"))
        self.assertEqual(x509.names(x509.split_pem(chain)[0]), sorted(names))
        self.assertEqual((row["provider_id"], row["authority_id"]), (done["provider_id"], None))
        return row, chain

    def revoke(self, row):
        code = self.running.expect(201, "POST", "/certificates/%s/revocation-challenges" % row["id"], {}).json["code"]
        self.running.expect(201, "POST", "/certificates/%s/revocation" % row["id"],
                            {"code": code, "reason": "superseded"})

    def dispatch(self, row):
        return self.running.expect(200, "GET", "/certificates/%s/revocation" % row["id"]).json["dispatch"]

    def published(self, row):
        """Waits until the CA was told of the revocation."""
        deadline = time.monotonic() + 30
        while not (state := self.dispatch(row))["published_at"]:
            self.assertLess(time.monotonic(), deadline, state)
            time.sleep(0.2)

    def nowhere(self, *secrets):
        """None of these texts, nor as base64, is in the log, in the database's file, or in what anybody can read."""
        running = self.running
        read = {"log": "\n".join(running.log_lines()) + running.output()}
        for path in ("/audit-events", "/providers", "/orders", "/certificates", "/alerts"):
            read[path] = json.dumps(running.all_items(path))
        for provider in running.all_items("/providers"):
            read[provider["name"]] = json.dumps(running.expect(200, "GET", "/providers/" + provider["id"]).json)
        for path in glob.glob(os.path.join(running.data, "*.db*")):
            with open(path, "rb") as file:
                read[path] = file.read().decode("latin-1")
        for secret in secrets:
            for text in (secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode()):
                for where, found in read.items():
                    self.assertFalse(text in found, "%r is in %s" % (text, where))

    def alert_of(self, provider):
        """Waits for the alert that it failed."""
        deadline = time.monotonic() + 60
        while True:
            for alert in self.running.all_items("/alerts?kind=provider.failed"):
                if alert["resource"]["id"] == provider["id"]:
                    return alert
            self.assertLess(time.monotonic(), deadline, "no alert")
            time.sleep(0.3)
