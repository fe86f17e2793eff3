"""acme-tiny obtains, also for a CSR whose only name is the common name, as RFC 8555 section 7.4 permits."""
import os
import unittest

import private_network
import server
import x509


class AcmeTinyTest(private_network.ClientTest):
    def setUp(self):
        self.account_key = os.path.join(self.scratch, "account.key")
        if not os.path.exists(self.account_key):
            server.run("openssl", "genrsa", "-traditional", "-out", self.account_key, "2048")
        self.pages = os.path.join(self.scratch, "pages", ".well-known", "acme-challenge")
        os.makedirs(self.pages, exist_ok=True)

    def obtain(self, csr, validated=True):
        with private_network.web_server(os.path.join(self.scratch, "pages")) as asked:
            chain = server.run("acme-tiny", "--account-key", self.account_key, "--csr", csr, "--acme-dir", self.pages,
                               "--directory-url", self.server.directory_url, "--contact", "mailto:ops@chancery.example",
                               env={"SSL_CERT_FILE": self.server.root}).stdout
        # once by the client itself and once by the server, unless the authorization is still valid
        self.assertEqual(len(asked), 2 if validated else 0, asked)
        return chain

    def test_it_obtains_for_a_csr_with_the_common_name_only_and_again(self):
        name = "tiny.chancery.example"
        key, csr = os.path.join(self.scratch, "cn.key"), os.path.join(self.scratch, "cn.csr")
        server.run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", "/CN=" + name,
                   "-out", csr)
        self.assertNotIn("DNS:", server.run("openssl", "req", "-in", csr, "-noout", "-text").stdout)
        first = self.obtain(csr)
        self.assert_issued(first, name)
        again = self.obtain(csr, validated=False)
        self.assert_issued(again, name)
        self.assertNotEqual(x509.serial(again), x509.serial(first))

    def test_it_obtains_for_a_csr_with_an_alternative_name(self):
        name = "san.chancery.example"
        _, csr = x509.new_key_and_csr(self.scratch, name)
        self.assert_issued(self.obtain(csr), name)


if __name__ == "__main__":
    private_network.main("acme-tiny")
