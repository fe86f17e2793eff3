"""A client generated from the document that the server serves compiles strictly and does what the API is for."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import server

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance" / "openapi" / "gate"))

import tools  # noqa: E402  (its folder is known only now)


class TypescriptClientTest(server.SharedServerTest):
    def test_a_generated_client_signs_in_orders_pages_reads_refusals_and_revokes(self):
        installed = tools.Tools(os.environ["CHANCERY_CONTRACT_TOOLS"])
        # Below the packages, where Node looks for them.
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir=installed.folder)))
        for source in (HERE / "typescript_client").iterdir():
            shutil.copy(source, folder)
        self.write_document(folder / "openapi.json")
        self.assertEqual(installed.run("openapi-typescript/bin/cli.js", folder / "openapi.json",
                                       "--default-non-nullable=false", "--output",
                                       folder / "schema.d.ts"), 0)
        self.assertEqual(installed.run("typescript/bin/tsc", "--project", folder), 0, "it does not compile")
        done = subprocess.run([installed.node, folder / "out" / "run.js"], capture_output=True, text=True, check=False,
                              timeout=120, env=dict(os.environ, NODE_EXTRA_CA_CERTS=self.server.root,
                                                    SERVER_URL=self.server.url, TOKEN=self.server.token,
                                                    EMAIL="admin@localhost", PASSWORD=self.server.password))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        got = json.loads(done.stdout)
        self.assertEqual(len(got["certificates"]), 5)
        for certificate in got["certificates"]:
            row = self.server.expect(200, "GET", "/certificates/" + certificate).json
            self.assertEqual(row["status"], "revoked" if certificate == got["revoked"] else "active")

    def write_document(self, path):
        connection = self.server.connection()
        connection.request("GET", "/openapi.json")
        path.write_bytes(connection.getresponse().read())
        connection.close()


if __name__ == "__main__":
    server.require("npm")
    server.main()
