"""Caddy obtains by tls-alpn-01 and by http-01, serves, and renews."""
import contextlib
import json
import os
import subprocess
import unittest

import private_network
import server
import x509

# An e-mail address for each issuer: Caddy keeps its ACME account by directory and address, and two issuers that register
# the same one at once leave the key of one beside the URL of the other, which no later start can use.
CADDYFILE = """
{
    storage file_system {
        root %(home)s/storage
    }
    admin off
    default_bind 127.0.0.1
}
alpn.chancery.example {
    tls {
        issuer acme {
            email alpn@chancery.example
            dir %(directory_url)s
            trusted_roots %(root)s
            disable_http_challenge
        }
    }
    respond "served by Caddy"
}
http.chancery.example {
    tls {
        issuer acme {
            email http@chancery.example
            dir %(directory_url)s
            trusted_roots %(root)s
            disable_tlsalpn_challenge
        }
    }
    respond "served by Caddy"
}
"""
NAMES = ("alpn.chancery.example", "http.chancery.example")


class CaddyTest(private_network.ClientTest):
    @contextlib.contextmanager
    def caddy(self, configuration):
        path, log_path = os.path.join(self.scratch, "caddy.json"), os.path.join(self.scratch, "caddy.log")
        x509.write(path, json.dumps(configuration))
        with open(log_path, "ab") as log:
            process = subprocess.Popen(["caddy", "run", "--config", path], stdout=log, stderr=log,
                                       env=dict(os.environ, HOME=self.scratch, XDG_CONFIG_HOME=self.scratch))
        try:
            yield
        except AssertionError as failed:
            raise AssertionError(private_network.read(log_path)[-4000:]) from failed
        finally:
            process.terminate()
            process.wait(timeout=20)

    def configuration(self):
        path = os.path.join(self.scratch, "Caddyfile")
        x509.write(path, CADDYFILE % {"home": self.scratch, "directory_url": self.server.directory_url,
                                      "root": self.server.root})
        return json.loads(server.run("caddy", "adapt", "--config", path, "--adapter", "caddyfile").stdout)

    def served(self, name, unlike=""):
        def other_chain():
            chain = private_network.served_chain(name)
            return chain if chain and chain != unlike else None
        return private_network.wait_for("a certificate of " + name, other_chain)

    def test_it_obtains_by_both_challenges_and_renews(self):
        configuration = self.configuration()
        with self.caddy(configuration):
            first = {name: self.served(name) for name in NAMES}
        for name, chain in first.items():
            self.assert_issued(chain, name)
        for policy in configuration["apps"]["tls"]["automation"]["policies"]:
            policy["renewal_window_ratio"] = 1.0  # time to renew from the first day on
        with self.caddy(configuration):
            second = {name: self.served(name, unlike=first[name]) for name in NAMES}
        for name, chain in second.items():
            self.assert_issued(chain, name)
            self.assertNotEqual(x509.serial(chain), x509.serial(first[name]))


if __name__ == "__main__":
    private_network.main("caddy")
