"""certbot obtains by http-01 and, for a wildcard, by dns-01, renews and revokes."""
import os
import sys
import unittest

import dns_server
import private_network
import server
import x509
from private_network import read


class CertbotTest(private_network.ClientTest):
    def certbot(self, command, *options):
        """With its own directories and without the system's configuration."""
        home = os.path.join(self.scratch, "certbot")
        return server.run("certbot", command, "--non-interactive", "--config", os.devnull, "--server",
                          self.server.directory_url, "--config-dir", home, "--work-dir", home, "--logs-dir", home,
                          *options, env={"REQUESTS_CA_BUNDLE": self.server.root})

    def obtain(self, *options):
        self.certbot("certonly", "--agree-tos", "--register-unsafely-without-email", *options)

    def path(self, name, file):
        return os.path.join(self.scratch, "certbot", "live", name, file)

    def chain(self, name):
        return read(self.path(name, "fullchain.pem"))

    def test_it_obtains_renews_and_revokes(self):
        name = "certbot.chancery.example"
        self.obtain("--standalone", "-d", name)
        first = self.chain(name)
        self.assert_issued(first, name)

        self.certbot("renew", "--cert-name", name, "--force-renewal", "--no-random-sleep-on-renew")
        second = self.chain(name)
        self.assert_issued(second, name)
        self.assertNotEqual(x509.serial(first), x509.serial(second))

        rows = self.server.all_items("/certificates?name=" + name)
        self.assertEqual(sorted(row["serial_number"] for row in rows), sorted([x509.serial(first), x509.serial(second)]))
        self.certbot("revoke", "--cert-path", self.path(name, "cert.pem"), "--reason", "keycompromise",
                     "--no-delete-after-revoke")
        self.assert_revoked(second, "keyCompromise")
        crl = x509.published_crl(self.server, x509.serial(second), second)
        self.assertEqual(crl[x509.serial(second)], "Key Compromise")

    def test_a_wildcard_and_its_base_name_are_proved_by_two_txt_records(self):
        self.obtain_by_dns("wild.chancery.example", "*.wild.chancery.example")
        self.assert_issued(self.chain("wild.chancery.example"), "*.wild.chancery.example", "wild.chancery.example")
        self.assertIn(("_acme-challenge.wild.chancery.example", dns_server.TXT), self.dns.queries)

    def test_an_unregistered_domain_is_refused_in_words_that_certbot_shows(self):
        with self.assertRaises(AssertionError) as refused:
            self.obtain_by_dns("*.unregistered.example")
        self.assertIn("unregistered.example", str(refused.exception))

    def obtain_by_dns(self, *names):
        hook = "%s %s %%s %s" % (sys.executable, os.path.abspath(dns_server.__file__), self.dns.zone_file)
        wanted = [option for name in names for option in ("-d", name)]
        self.obtain("--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook % "add",
                    "--manual-cleanup-hook", hook % "remove", *wanted)


if __name__ == "__main__":
    private_network.main("certbot")
