"""uacme registers, obtains, renews, changes its key, revokes and deactivates."""
import os
import unittest

import dns_server
import private_network
import server
import x509
from private_network import read


class UacmeTest(private_network.ClientTest):
    def setUp(self):
        self.trust_the_root()
        self.home = os.path.join(self.scratch, self.id().rpartition(".")[2])
        self.pages = os.path.join(self.home, "pages", ".well-known", "acme-challenge")
        os.makedirs(self.pages)
        self.uacme("new", "ops@chancery.example")

    def uacme(self, *arguments, check=True):
        return server.run("uacme", "--yes", "--acme-url", self.server.directory_url, "--confdir",
                          os.path.join(self.home, "conf"), *arguments, check=check)

    def chain(self, name):
        return read(self.home, "conf", name, "cert.pem")

    def test_it_obtains_renews_changes_its_key_and_revokes(self):
        name = "uacme.chancery.example"
        hook = self.script("http-hook", '[ "$2" = http-01 ] || exit 1\ncase "$1" in\nbegin) printf %%s "$5" >"%s/$4";;\n'
                           '*) rm -f "%s/$4";;\nesac\n' % (self.pages, self.pages))
        with private_network.web_server(os.path.join(self.home, "pages")) as asked:
            self.uacme("--type", "EC", "--hook", hook, "issue", name)
            first = self.chain(name)
            self.assert_issued(first, name)
            self.assertTrue(asked)
            # 1 means that there is nothing to do
            self.assertEqual(self.uacme("--hook", hook, "issue", name, check=False).returncode, 1)
            self.uacme("newkey")
            self.uacme("--force", "--hook", hook, "issue", name)
        second = self.chain(name)
        self.assert_issued(second, name)
        self.assertNotEqual(x509.serial(first), x509.serial(second))
        self.uacme("--reason", "4", "revoke", os.path.join(self.home, "conf", name, "cert.pem"))
        self.assert_revoked(second, "superseded")
        self.uacme("deactivate")
        self.assertNotEqual(self.uacme("--force", "--hook", hook, "issue", name, check=False).returncode, 0)

    def test_a_wildcard_and_its_base_name_are_proved_by_dns(self):
        name = "wild.chancery.example"
        record = ('"_acme-challenge.$3"', '"$5"')
        hook = self.script("dns-hook", '[ "$2" = dns-01 ] || exit 1\ncase "$1" in\nbegin) %s;;\n*) %s;;\nesac\n' % (
            self.dns_command("add", *record), self.dns_command("remove", *record)))
        self.uacme("--hook", hook, "issue", name, "*." + name)
        self.assert_issued(self.chain(name), name, "*." + name)
        self.assertIn(("_acme-challenge." + name, dns_server.TXT), self.dns.queries)


if __name__ == "__main__":
    private_network.main("uacme")
