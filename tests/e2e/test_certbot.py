"""certbot obtains, renews and revokes against a running server."""
import os
import tempfile
import unittest

import server
import x509


class Certbot:
    """certbot with its own directories and without the system's configuration."""

    def __init__(self, running, directory):
        self.running = running
        self.directory = directory

    def __call__(self, command, *options):
        return server.run("certbot", command, "--non-interactive", "--config", os.devnull, "--server",
                          self.running.directory_url, "--config-dir", self.directory, "--work-dir", self.directory,
                          "--logs-dir", self.directory, *options, env={"REQUESTS_CA_BUNDLE": self.running.root})

    def obtain(self, name, *options):
        self("certonly", "--agree-tos", "--register-unsafely-without-email", "--standalone", "--http-01-port",
             str(self.running.http01_port), "-d", name, *options)
        return self.chain(name)

    def path(self, name, file):
        return os.path.join(self.directory, "live", name, file)

    def chain(self, name):
        with open(self.path(name, "fullchain.pem"), encoding="ascii") as file:
            return file.read()


class CertbotTest(unittest.TestCase):
    def test_certbot_obtains_renews_and_revokes(self):
        name = "certbot.localhost"
        with server.Server() as running, tempfile.TemporaryDirectory() as directory:
            certbot = Certbot(running, directory)
            first = certbot.obtain(name)
            x509.assert_chain(running.root, first, name)
            self.assertEqual(x509.names(x509.split_pem(first)[0]), [name])

            certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
            second = certbot.chain(name)
            x509.assert_chain(running.root, second, name)
            self.assertNotEqual(x509.serial(first), x509.serial(second))

            self.check_inventory(running, name, [x509.serial(first), x509.serial(second)])
            certbot("revoke", "--cert-path", certbot.path(name, "cert.pem"), "--reason", "keycompromise",
                    "--no-delete-after-revoke")
            self.check_revoked(running, second)
            running.verify_audit()

    def check_inventory(self, running, name, serials):
        rows = running.all_items("/certificates?name=" + name)
        self.assertEqual(sorted(row["serial_number"] for row in rows), sorted(serials))
        for row in rows:
            self.assertEqual((row["status"], row["source"], row["has_private_key"]), ("active", "managed", False))
            order = running.expect(200, "GET", "/orders/" + row["order_id"]).json
            self.assertEqual((order["status"], order["certificate_id"]), ("complete", row["id"]))
            self.assertEqual(order["requested_by"]["type"], "acme_client")
            self.assertIn("certificate.issue.success", running.actions_on(row["id"]))

    def check_revoked(self, running, chain):
        serial = x509.serial(chain)
        row = running.expect(200, "GET", "/certificates?serial_number=" + serial).json["items"][0]
        self.assertEqual((row["status"], row["revocation"]["reason"]), ("revoked", "keyCompromise"))
        self.assertIn("certificate.revoke.success", running.actions_on(row["id"]))
        crl = x509.published_crl(running, serial, chain)
        self.assertEqual(crl[serial], "Key Compromise")


if __name__ == "__main__":
    server.require("certbot", "openssl")
    server.main()
