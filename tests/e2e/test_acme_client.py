"""npm's acme-client obtains by http-01 and by dns-01, changes its key, renews and revokes."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest

import dns_server
import private_network
import server
import x509

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = os.path.join(HERE, "acme_client")


def modules():
    """Where the packages of acme_client/package-lock.json are kept, outside the repository."""
    with open(os.path.join(CLIENT, "package-lock.json"), "rb") as lock:
        digest = hashlib.sha256(lock.read()).hexdigest()[:16]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "chancery-e2e", "acme-client-" + digest)


def install():
    """From npm's registry, once; the lock file pins every package by its digest."""
    if os.path.exists(modules()):
        return
    partial = "%s.%d" % (modules(), os.getpid())
    os.makedirs(partial)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(CLIENT, file), partial)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", "1",
                           "--fetch-timeout", "20000"], cwd=partial, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(partial)
        print("skipped: npm cannot install acme-client: " + done.stderr.strip()[-400:])
        sys.exit(server.SKIPPED)
    try:
        os.rename(partial, modules())
    except OSError:
        shutil.rmtree(partial)  # another run was quicker


class AcmeClientTest(private_network.ClientTest):
    def test_it_obtains_changes_its_key_renews_and_revokes(self):
        done = server.run("node", os.path.join(CLIENT, "run.js"), env={
            "MODULES": os.path.join(modules(), "node_modules"), "NODE_EXTRA_CA_CERTS": self.server.root,
            "DIRECTORY_URL": self.server.directory_url, "PYTHON": sys.executable,
            "DNS_SERVER": os.path.abspath(dns_server.__file__), "ZONE": self.dns.zone_file})
        got = json.loads(done.stdout)
        name, wild = "npm.chancery.example", "wild.npm.chancery.example"
        self.assert_issued(got["first"], name)
        self.assert_issued(got["wildcard"], wild, "*." + wild)
        self.assertIn(("_acme-challenge." + wild, dns_server.TXT), self.dns.queries)
        self.assertTrue(got["asked"])
        self.assertNotEqual(x509.serial(got["first"]), x509.serial(got["second"]))
        self.assert_revoked(got["second"], "superseded")
        self.assertEqual(self.row(got["first"])["status"], "active")


if __name__ == "__main__":
    private_network.main("node", "npm", prepare=install)
