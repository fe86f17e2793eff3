"""A client generated from the document that the server serves compiles strictly and does what the API is for."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import server

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance" / "openapi" / "gate"))

import tools  # noqa: E402  (its folder is known only now)


class TypescriptClientTest(server.SharedServerTest):
    @classmethod
    def setUpClass(cls):
        cls.installed = tools.Tools(os.environ["CHANCERY_CONTRACT_TOOLS"])
        super().setUpClass()
        # Below the packages, where Node looks for them.
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=cls.installed.folder)))
        for source in (HERE / "typescript_client").iterdir():
            shutil.copy(source, cls.folder)
        connection = cls.server.connection()
        connection.request("GET", "/openapi.json")
        (cls.folder / "openapi.json").write_bytes(connection.getresponse().read())
        connection.close()
        if cls.installed.run("openapi-typescript/bin/cli.js", cls.folder / "openapi.json",
                             "--default-non-nullable=false", "--output", cls.folder / "schema.d.ts") != 0:
            raise AssertionError("no types can be made of the document")
        if cls.installed.run("typescript/bin/tsc", "--project", cls.folder) != 0:
            raise AssertionError("the client does not compile")

    def environment_of_client(self, url, domain, **more):
        return dict(os.environ, NODE_EXTRA_CA_CERTS=self.server.root, SERVER_URL=url, TOKEN=self.server.token,
                    DOMAIN=domain, EMAIL="admin@localhost", PASSWORD=self.server.password, **more)

    def check_client(self, environment):
        done = subprocess.run([self.installed.node, self.folder / "out" / "run.js"], capture_output=True, text=True,
                              check=False, timeout=120, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        got = json.loads(done.stdout)
        self.assertEqual(len(got["certificates"]), 5)
        for certificate in got["certificates"]:
            row = self.server.expect(200, "GET", "/certificates/" + certificate).json
            self.assertEqual(row["status"], "revoked" if certificate == got["revoked"] else "active")

    def test_a_generated_client_signs_in_orders_pages_reads_refusals_and_revokes(self):
        self.check_client(self.environment_of_client(self.server.url, "typescript.example"))

    def test_what_it_sends_and_gets_fits_the_document_in_the_eyes_of_somebody_else(self):
        """Through Prism, which refuses a request that is not as documented and reports an answer that is not."""
        port = server.free_port()
        url = "http://127.0.0.1:%d" % port
        environment = self.environment_of_client(url, "prism.example", CHECKED="yes")
        program = self.installed.folder / "node_modules/@stoplight/prism-cli/dist/index.js"
        with open(self.folder / "prism.log", "wb") as log, subprocess.Popen(
                [self.installed.node, program, "proxy", self.folder / "openapi.json", self.server.url, "--errors",
                 "--port", str(port)], env=environment, stdout=log, stderr=log) as prism:
            try:
                self.wait_for(port)
                self.check_client(environment)
            finally:
                prism.kill()
        violations = [line for line in (self.folder / "prism.log").read_text(errors="replace").splitlines()
                      if "Violation" in line or ("error" in line.lower() and "info" not in line)]  # but for URLs
        self.assertEqual(violations, [])

    def wait_for(self, port):
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                return
            time.sleep(0.1)
        self.fail("Prism did not start")


if __name__ == "__main__":
    server.require("npm")
    server.main()
