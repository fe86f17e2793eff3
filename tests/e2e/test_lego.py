"""lego obtains by http-01, tls-alpn-01 and, for a wildcard, dns-01, renews, revokes, and registers with credentials."""
import os
import unittest

import dns_server
import private_network
import server
import x509
from private_network import read


class LegoTest(private_network.ClientTest):
    def lego(self, names, command, *options, solver=("--http",), home="lego", check=True, env=None):
        wanted = [option for name in names for option in ("--domains", name)]
        return server.run("lego", "--server", self.server.directory_url, "--accept-tos", "--email",
                          "ops@chancery.example", "--path", self.home(home), *solver, *wanted, command, *options,
                          check=check, env=dict({"LEGO_CA_CERTIFICATES": self.server.root}, **(env or {})))

    def home(self, name="lego"):
        return os.path.join(self.scratch, name)

    def chain(self, name, home="lego"):
        return read(self.home(home), "certificates", name + ".crt")

    def test_it_obtains_renews_and_revokes(self):
        name = "lego.chancery.example"
        self.lego([name], "run")
        first = self.chain(name)
        self.assert_issued(first, name)
        self.lego([name], "renew", "--days", "1000", "--no-random-sleep")
        second = self.chain(name)
        self.assert_issued(second, name)
        self.assertNotEqual(x509.serial(first), x509.serial(second))

        self.lego([name], "revoke", "--reason", "4")
        self.assert_revoked(second, "superseded")
        listed = x509.published_crl(self.server, x509.serial(second), second)
        self.assertEqual(listed[x509.serial(second)], "Superseded")
        self.assertNotIn(x509.serial(first), listed)

    def test_it_proves_a_name_by_tls_alpn(self):
        name = "alpn.chancery.example"
        self.lego([name], "run", solver=("--tls",))
        self.assert_issued(self.chain(name), name)

    def test_it_proves_a_wildcard_and_its_base_name_by_dns(self):
        record = ('"${2%.}"', '"$3"')
        hook = self.script("dns-hook", 'case "$1" in\npresent) %s;;\ncleanup) %s;;\nesac\n' % (
            self.dns_command("add", *record), self.dns_command("remove", *record)))
        self.lego(["*.wild.chancery.example", "wild.chancery.example"], "run",
                  solver=("--dns", "exec", "--dns.disable-cp", "--dns.resolvers", "127.0.0.1:53"),
                  env={"EXEC_PATH": hook, "EXEC_SEQUENCE_INTERVAL": "1", "EXEC_POLLING_INTERVAL": "1"})
        self.assert_issued(self.chain("_.wild.chancery.example"), "*.wild.chancery.example", "wild.chancery.example")
        self.assertIn(("_acme-challenge.wild.chancery.example", dns_server.TXT), self.dns.queries)

    def test_it_registers_with_an_external_account(self):
        name = "eab.chancery.example"
        acme_server = self.server.all_items("/acme-servers")[0]
        path = "/acme-servers/" + acme_server["id"]
        made = self.server.expect(201, "POST", path + "/accounts", {"name": "lego"}).json
        self.require_eab(path, True)
        try:
            self.assertNotEqual(self.lego([name], "run", home="eab", check=False).returncode, 0)
            self.lego([name], "run", home="eab",
                      solver=("--http", "--eab", "--kid", made["key_id"], "--hmac", made["mac_key"]))
        finally:
            self.require_eab(path, False)
        self.assert_issued(self.chain(name, "eab"), name)
        account = self.server.expect(200, "GET", "/acme-accounts/" + made["id"]).json
        self.assertEqual((account["status"], account["name"]), ("active", "lego"))

    def require_eab(self, path, required):
        etag = self.server.expect(200, "GET", path).headers["ETag"]
        self.server.expect(200, "PATCH", path, {"require_eab": required}, headers={"If-Match": etag})


if __name__ == "__main__":
    private_network.main("lego")
