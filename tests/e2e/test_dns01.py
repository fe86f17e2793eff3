"""dns-01 with a real client and a DNS server of the test's own: a wildcard together with its base name."""
import os
import sys
import tempfile
import unittest

import dns_server
import server
import x509
from test_certbot import Certbot


class Dns01Test(unittest.TestCase):
    def test_a_wildcard_and_its_base_name_are_proved_by_two_txt_records(self):
        port = server.free_port()
        with tempfile.TemporaryDirectory() as directory, \
                dns_server.DnsServer(port, os.path.join(directory, "zone.json")) as dns, \
                server.Server({"CHANCERY_ACME_DNS_RESOLVERS": "127.0.0.1:%d" % port}) as running:
            certbot = Certbot(running, directory)
            self.obtain(certbot, dns.zone_file, "wild.chancery.example", "*.wild.chancery.example")
            chain = certbot.chain("wild.chancery.example")
            x509.assert_chain(running.root, chain, "anything.wild.chancery.example")
            self.assertEqual(x509.names(x509.split_pem(chain)[0]),
                             ["*.wild.chancery.example", "wild.chancery.example"])
            self.assertIn(("_acme-challenge.wild.chancery.example", dns_server.TXT), dns.queries)

            with self.assertRaises(AssertionError) as refused:
                self.obtain(certbot, dns.zone_file, "*.unregistered.example")
            self.assertIn("unregistered.example", str(refused.exception))

    def obtain(self, certbot, zone_file, *names):
        hook = "%s %s %%s %s" % (sys.executable, os.path.abspath(dns_server.__file__), zone_file)
        wanted = [option for name in names for option in ("-d", name)]
        certbot("certonly", "--agree-tos", "--register-unsafely-without-email", "--manual",
                "--preferred-challenges", "dns", "--manual-auth-hook", hook % "add",
                "--manual-cleanup-hook", hook % "remove", *wanted)


if __name__ == "__main__":
    server.require("certbot", "openssl")
    server.main()
