"""Two nodes: a validation on one counts when the other has repeated it."""
import os
import secrets
import tempfile
import unittest

import server
import x509


class PerspectivesTest(unittest.TestCase):
    def test_a_validation_is_repeated_by_the_other_node(self):
        with tempfile.TemporaryDirectory() as directory:
            key_file = os.path.join(directory, "key")
            with open(key_file, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
            port = str(server.free_port())
            common = {"CHANCERY_ACME_PERSPECTIVE_KEY_FILE": key_file, "CHANCERY_ACME_HTTP01_PORT": port}
            with server.Server(common, database="sqlite") as other:
                asking = dict(common, CHANCERY_ACME_PERSPECTIVES=other.url)
                with server.Server(asking) as running:
                    self.assertEqual(self.lego(running, directory, port, "first.localhost").returncode, 0)
                    with open(os.path.join(directory, "certificates", "first.localhost.crt"), encoding="ascii") as file:
                        x509.assert_chain(running.root, file.read(), "first.localhost")
                    other.stop()
                    refused = self.lego(running, directory, port, "second.localhost")
                    self.assertNotEqual(refused.returncode, 0)
                    self.assertIn("could not repeat the validation", refused.stderr)

    def lego(self, running, directory, port, name):
        return server.run("lego", "--server", running.directory_url, "--accept-tos", "--email", "ops@chancery.example",
                          "--path", directory, "--http", "--http.port", ":" + port, "--domains", name, "run",
                          check=False, env={"LEGO_CA_CERTIFICATES": running.root})


if __name__ == "__main__":
    server.require("lego", "openssl")
    server.main()
