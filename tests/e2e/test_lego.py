"""lego obtains, renews and revokes against a running server."""
import os
import tempfile
import unittest

import server
import x509


class LegoTest(unittest.TestCase):
    def lego(self, running, directory, name, command, *options, solver=None):
        solver = solver or ("--http", "--http.port", ":%d" % running.http01_port)
        return server.run("lego", "--server", running.directory_url, "--accept-tos", "--email", "ops@chancery.example",
                          "--path", directory, *solver, "--domains", name, command, *options,
                          env={"LEGO_CA_CERTIFICATES": running.root})

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


if __name__ == "__main__":
    server.require("lego", "openssl")
    server.main()
