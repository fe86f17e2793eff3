"""dehydrated obtains by http-01 and by dns-01, renews, and revokes."""
import os
import unittest

import dns_server
import private_network
import server
import x509
from private_network import read


class DehydratedTest(private_network.ClientTest):
    def setUp(self):
        self.home = os.path.join(self.scratch, "dehydrated")
        self.pages = os.path.join(self.home, "pages", ".well-known", "acme-challenge")
        os.makedirs(self.pages, exist_ok=True)
        x509.write(os.path.join(self.home, "config"),
                   'CA="%s"\nBASEDIR="%s"\nWELLKNOWN="%s"\nCURL_OPTS="--cacert %s"\nCONTACT_EMAIL=ops@chancery.example\nKEYSIZE=2048\n'
                   % (self.server.directory_url, self.home, self.pages, self.server.root))
        self.dehydrated("--register", "--accept-terms")

    def dehydrated(self, *arguments):
        return server.run("dehydrated", *arguments, "--config", os.path.join(self.home, "config"))

    def chain(self, name):
        return read(self.home, "certs", name, "fullchain.pem")

    def test_it_obtains_renews_and_revokes(self):
        name = "dehydrated.chancery.example"
        with private_network.web_server(os.path.join(self.home, "pages")) as asked:
            self.dehydrated("--cron", "-d", name)
            first = self.chain(name)
            self.assert_issued(first, name)
            self.assertTrue([path for path in asked if path.startswith("/.well-known/acme-challenge/")], asked)
            self.assertIn("Skipping renew", self.dehydrated("--cron", "-d", name).stdout)
            self.dehydrated("--cron", "--force", "-d", name)
        second = self.chain(name)
        self.assert_issued(second, name)
        self.assertNotEqual(x509.serial(first), x509.serial(second))
        self.dehydrated("--revoke", os.path.join(self.home, "certs", name, "cert.pem"))
        self.assert_revoked(second, "unspecified")
        self.assertEqual(self.row(first)["status"], "active")

    def test_a_wildcard_and_its_base_name_are_proved_by_dns(self):
        record = ('"_acme-challenge.$2"', '"$4"')
        hook = self.script("hook", 'case "$1" in\ndeploy_challenge) %s;;\nclean_challenge) %s;;\nesac\n' % (
            self.dns_command("add", *record), self.dns_command("remove", *record)))
        self.dehydrated("--cron", "--challenge", "dns-01", "--hook", hook, "--alias", "wild", "-d",
                        "*.wild.chancery.example wild.chancery.example")
        self.assert_issued(self.chain("wild"), "*.wild.chancery.example", "wild.chancery.example")
        self.assertIn(("_acme-challenge.wild.chancery.example", dns_server.TXT), self.dns.queries)


if __name__ == "__main__":
    private_network.main("dehydrated")
