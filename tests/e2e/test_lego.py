"""lego obtains, renews and revokes against a running server."""
import os
import tempfile
import unittest

import server
import x509


class LegoTest(unittest.TestCase):
    def lego(self, running, directory, name, command, *options, solver=None, check=True):
        solver = solver or ("--http", "--http.port", ":%d" % running.http01_port)
        return server.run("lego", "--server", running.directory_url, "--accept-tos", "--email", "ops@chancery.example",
                          "--path", directory, *solver, "--domains", name, command, *options,
                          check=check, env={"LEGO_CA_CERTIFICATES": running.root})

    def test_lego_obtains_renews_and_revokes(self):
        name = "lego.localhost"
        with server.Server() as running, tempfile.TemporaryDirectory() as directory:
            def chain():
                with open(os.path.join(directory, "certificates", name + ".crt"), encoding="ascii") as file:
                    return file.read()

            self.lego(running, directory, name, "run")
            first = chain()
            x509.assert_chain(running.root, first, name)
            self.lego(running, directory, name, "renew", "--days", "1000", "--no-random-sleep")
            second = chain()
            x509.assert_chain(running.root, second, name)
            self.assertNotEqual(x509.serial(first), x509.serial(second))

            rows = running.all_items("/certificates?name=" + name)
            self.assertEqual(len(rows), 2)
            self.lego(running, directory, name, "revoke", "--reason", "4")
            row = running.certificate_named(name, serial_number=x509.serial(second))
            self.assertEqual((row["status"], row["revocation"]["reason"]), ("revoked", "superseded"))
            listed = x509.published_crl(running, x509.serial(second), second)
            self.assertEqual(listed[x509.serial(second)], "Superseded")
            self.assertNotIn(x509.serial(first), listed)
            running.verify_audit()

    def test_lego_proves_a_name_by_tls_alpn(self):
        name, port = "alpn.localhost", server.free_port()
        with server.Server({"CHANCERY_ACME_TLS_ALPN01_PORT": str(port)}) as running, \
                tempfile.TemporaryDirectory() as directory:
            self.lego(running, directory, name, "run", solver=("--tls", "--tls.port", ":%d" % port))
            with open(os.path.join(directory, "certificates", name + ".crt"), encoding="ascii") as file:
                x509.assert_chain(running.root, file.read(), name)

    def test_lego_registers_with_an_external_account(self):
        name = "eab.localhost"
        with server.Server() as running, tempfile.TemporaryDirectory() as directory:
            acme_server = running.all_items("/acme-servers")[0]
            etag = running.expect(200, "GET", "/acme-servers/" + acme_server["id"]).headers["ETag"]
            running.expect(200, "PATCH", "/acme-servers/" + acme_server["id"], {"require_eab": True},
                           headers={"If-Match": etag})
            made = running.expect(201, "POST", "/acme-servers/%s/accounts" % acme_server["id"], {"name": "lego"}).json
            self.assertNotEqual(self.lego(running, directory, name, "run", check=False).returncode, 0)
            self.lego(running, directory, name, "run",
                      solver=("--http", "--http.port", ":%d" % running.http01_port, "--eab", "--kid", made["key_id"],
                              "--hmac", made["mac_key"]))
            with open(os.path.join(directory, "certificates", name + ".crt"), encoding="ascii") as file:
                x509.assert_chain(running.root, file.read(), name)
            account = running.expect(200, "GET", "/acme-accounts/" + made["id"]).json
            self.assertEqual((account["status"], account["name"]), ("active", "lego"))


if __name__ == "__main__":
    server.require("lego", "openssl")
    server.main()
