"""The lines that `serve` prints at the first start work as printed: no configuration, default ports, certbot on port 80.

Runs itself in a network namespace of its own, where those ports are free and no other network is reachable; needs root.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import server

INSIDE = "CHANCERY_E2E_NAMESPACE"


def enter_namespace():
    """Starts this script again inside `unshare`, with the loopback interface up."""
    usable = os.geteuid() == 0 and subprocess.run(["unshare", "-mn", "true"], capture_output=True).returncode == 0
    if not usable:
        print("skipped: needs root and unshare")
        sys.exit(server.SKIPPED)
    binary = server.program()
    again = 'ip link set lo up && exec "$0" "$@"'
    os.environ.update({INSIDE: "1", "CHANCERY_BINARY": binary})
    os.execvp("unshare", ["unshare", "-mn", "sh", "-c", again, sys.executable, os.path.abspath(__file__)])


def paragraph_after(text, heading):
    """The indented command that follows a heading and an empty line."""
    found = re.search(re.escape(heading) + r"[^\n]*\n\n((?:  .*\n)+)", text)
    if not found:
        raise AssertionError("not printed: " + heading + "\n" + text)
    return found.group(1)


class QuickStartTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="chancery-quick-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.out = os.path.join(self.directory, "out")
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen([os.environ["CHANCERY_BINARY"], "serve"], stdout=out, stderr=out,
                                            cwd=self.directory)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)

    def printed(self):
        with open(self.out, encoding="utf-8") as out:
            return out.read()

    def shell(self, line, **environment):
        return server.run("bash", "-c", line, env=environment)

    def test_the_printed_lines_obtain_a_certificate_each(self):
        deadline = server.time.monotonic() + 30
        while "A certificate by REST" not in self.printed():
            self.assertLess(server.time.monotonic(), deadline, self.printed())
            server.time.sleep(0.1)
        text = self.printed()
        token = re.search(r"API token\s+(\S+)", text).group(1)

        done = self.shell(paragraph_after(text, "A certificate with certbot"))
        self.assertIn("Successfully received certificate", done.stdout)
        root = re.search(r"root +(\S+root\.pem)", text).group(1)
        chain = os.path.join(os.path.dirname(root), "certbot", "live", "demo.localhost", "fullchain.pem")
        server.run("openssl", "verify", "-CAfile", root, "-untrusted", chain, chain)

        ordered = server.json.loads(self.shell(paragraph_after(text, "A certificate by REST"), TOKEN=token).stdout)
        self.assertEqual((ordered["status"], ordered["common_name"]), ("complete", "app.localhost"), ordered)


if __name__ == "__main__":
    server.require("certbot", "curl", "openssl", "unshare", "ip")
    if INSIDE not in os.environ:
        enter_namespace()
    unittest.main(verbosity=2)
