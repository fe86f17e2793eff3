"""The guides' commands work as they stand, each guide on a server of its own: a reader who copies them gets no error."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import server
import stand_in

GUIDES = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "guides"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRELUDE = "first-certificate.md"  # its first block is what every guide begins with


def blocks(name):
    return BLOCK.findall((GUIDES / name).read_text(encoding="utf-8"))


class GuidesTest(unittest.TestCase):
    def commands(self, name):
        found = blocks(name)
        return found if name == PRELUDE else blocks(PRELUDE)[:1] + found

    def run_guide(self, name, est):
        """On a server of its own. What its lines without a command name is given: this server, and where it says so an
        EST server and another Chancery as CAs outside."""
        script = "set -euo pipefail\n" + "\n".join(self.commands(name))
        running = server.Server({"CHANCERY_PROVIDERS_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128"})
        with running, contextlib.ExitStack() as outside:
            given = {"CHANCERY": running.url, "ROOT": running.root, "TOKEN": running.token, "EST": est.url(),
                     "EST_PASSWORD": stand_in.EST_PASSWORD, "EST_TLS": est.path("tls.pem"),
                     "EST_ROOT": est.path("root.pem")}
            if "$ACME" in script:
                acme = outside.enter_context(server.Server({"CHANCERY_ACME_HTTP01_PORT": str(running.http_port)}))
                given.update(ACME=acme.directory_url, ACME_ROOT=acme.root)
            done = subprocess.run(["bash", "-c", script], cwd=running.directory, capture_output=True, text=True,
                                  timeout=120, check=False, env=dict(os.environ, **given))
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
            return done.stdout

    def test_every_guide_works(self):
        scratch = self.enterContext(tempfile.TemporaryDirectory())
        est = self.enterContext(stand_in.StandIn("est", scratch))
        for path in sorted(GUIDES.glob("*.md")):
            with self.subTest(path.name):
                self.run_guide(path.name, est)

    def test_the_index_has_every_guide_and_page(self):
        docs = GUIDES.parent
        index = (docs / "README.md").read_text(encoding="utf-8")
        for path in [*GUIDES.glob("*.md"), *docs.glob("*.md")]:
            if path.name != "README.md":
                self.assertIn("(%s)" % path.relative_to(docs), index)

    def test_links_between_pages_lead_somewhere(self):
        for path in GUIDES.parent.rglob("*.md"):
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
                if not target.startswith("http"):
                    self.assertTrue((path.parent / target).exists(), "%s links to %s" % (path.name, target))


if __name__ == "__main__":
    server.require("bash", "curl", "jq", "openssl")
    stand_in.program()
    server.main()
