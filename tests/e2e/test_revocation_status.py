"""CRLs and OCSP as OpenSSL's own tools see them: `openssl ocsp`, `openssl crl`, `openssl verify -crl_check`."""
import base64
import os
import re
import time
import urllib.parse

import server
import x509


class RevocationStatusTest(server.SharedServerTest):
    def setUp(self):
        self.chains = {}
        self.ca = self.issuing_ca()

    def issuing_ca(self):
        found = self.server.all_items("/certificate-authorities?kind=intermediate")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def path(self, name):
        return os.path.join(self.scratch, name)

    def issue(self, name):
        """The certificate's id; its leaf and its chain without the leaf are in files NAME and NAME.chain."""
        made = self.server.expect(201, "POST", "/orders", {"common_name": name, "key_algorithm": "ec-256"}).json
        chain = self.server.expect(200, "GET", "/certificates/%s/chain" % made["certificate_id"]).body.decode()
        blocks = x509.split_pem(chain)
        x509.write(self.path(name), blocks[0])
        x509.write(self.path(name + ".chain"), "".join(blocks[1:]))
        self.chains[name] = chain
        return made["certificate_id"]

    def revoke(self, certificate_id, reason):
        path = "/certificates/" + certificate_id
        code = self.server.expect(201, "POST", path + "/revocation-challenges", {}).json["code"]
        self.server.expect(201, "POST", path + "/revocation", {"code": code, "reason": reason})

    def ocsp_url(self, name):
        return server.run("openssl", "x509", "-noout", "-ocsp_uri", "-in", self.path(name)).stdout.strip()

    def ask(self, name, *certificates, options=()):
        """What `openssl ocsp` prints that asks the responder which the certificate NAME names, by POST."""
        done = server.run("openssl", "ocsp", *options, "-issuer", self.path(name + ".chain"), *certificates,
                          "-url", self.ocsp_url(name), "-CAfile", self.server.root)
        self.assertIn("Response verify OK", done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_openssl_ocsp_is_told_good_revoked_and_unknown(self):
        self.issue("good.localhost")
        bad = self.issue("bad.localhost")
        self.revoke(bad, "keyCompromise")
        self.assertTrue(self.ocsp_url("good.localhost").startswith(self.server.http_url + "/ocsp/"))
        for options in ((), ("-sha256",)):
            told = self.ask("good.localhost", "-cert", self.path("good.localhost"), "-cert",
                            self.path("bad.localhost"), "-serial", "0x1234567890abcdef", options=options)
            self.assertIn(self.path("good.localhost") + ": good", told)
            self.assertIn(self.path("bad.localhost") + ": revoked", told)
            self.assertIn("Reason: keyCompromise", told)
            self.assertIn("0x1234567890abcdef: unknown", told)
            self.assertIn("Next Update", told)
            self.assertNotIn("no nonce", told.lower())  # openssl sends one, and says when none came back

    def test_a_revocation_is_told_at_once_also_where_the_answer_was_kept(self):
        certificate = self.issue("kept.localhost")
        leaf = ("-cert", self.path("kept.localhost"))
        for _ in range(2):
            self.assertIn(": good", self.ask("kept.localhost", *leaf, options=("-no_nonce",)))
        metrics = self.server.plain("/metrics").body.decode()
        self.assertRegex(metrics, r'chancery_ocsp_responses_total\{outcome="cached"\} [1-9]')
        self.revoke(certificate, "superseded")
        told = self.ask("kept.localhost", *leaf, options=("-no_nonce",))
        self.assertIn(": revoked", told)
        self.assertIn("Reason: superseded", told)

    def test_by_get_as_caches_ask(self):
        self.issue("get.localhost")
        asked = self.path("asked")
        server.run("openssl", "ocsp", "-no_nonce", "-issuer", self.path("get.localhost.chain"), "-cert",
                   self.path("get.localhost"), "-reqout", asked)
        with open(asked, "rb") as file:
            text = base64.b64encode(file.read()).decode()
        path = self.ocsp_url("get.localhost")[len(self.server.http_url):] + "/"
        for written in (text, urllib.parse.quote(text, safe="")):
            answer = self.server.plain(path + written)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/ocsp-response"))
            self.assertRegex(answer.headers["Cache-Control"], r"public, .*max-age=8\d{4}$")
            self.assertIn("ETag", answer.headers)
            told = self.path("told")
            x509.write(told, answer.body)
            done = server.run("openssl", "ocsp", "-no_nonce", "-respin", told, "-issuer",
                              self.path("get.localhost.chain"), "-cert", self.path("get.localhost"), "-CAfile",
                              self.server.root)
            self.assertIn("Response verify OK", done.stdout + done.stderr)
            self.assertIn(": good", done.stdout)

    def test_the_responder_is_delegated_and_its_key_stays_here(self):
        self.issue("delegated.localhost")
        told = self.path("delegated")
        self.ask("delegated.localhost", "-cert", self.path("delegated.localhost"), options=("-respout", told))
        shown = server.run("openssl", "ocsp", "-respin", told, "-resp_text", "-noverify").stdout
        self.assertIn("OCSP No Check", shown)
        self.assertIn("OCSP Signing", shown)
        self.assertNotIn("Subject Alternative Name", shown)
        row = self.server.certificate_named(("OCSP responder " + self.ca["id"]).replace(" ", "%20"))
        self.assertEqual((row["authority_id"], row["tags"]), (self.ca["id"], ["ocsp-responder"]))
        refused = self.server.expect(409, "POST", "/certificates/%s/exports" % row["id"], {})
        self.assertEqual(refused.json["code"], "NO_PRIVATE_KEY")

    def divide(self, shards):
        path = "/certificate-authorities/" + self.ca["id"]
        etag = self.server.expect(200, "GET", path).headers["ETag"]
        self.server.expect(200, "PATCH", path, {"crl_shards": shards}, headers={"If-Match": etag})
        self.addCleanup(self.undivide)

    def undivide(self):
        path = "/certificate-authorities/" + self.ca["id"]
        etag = self.server.expect(200, "GET", path).headers["ETag"]
        self.server.expect(200, "PATCH", path, {"crl_shards": 1}, headers={"If-Match": etag})

    def fetch_crl(self, url, wanted_serial=None):
        """Path of a CRL in PEM, fetched over plain HTTP; as soon as it lists the serial, where one is given."""
        deadline = time.monotonic() + 15
        while True:
            answer = self.server.plain(url[len(self.server.http_url):])
            self.assertEqual(answer.status, 200, answer)
            listed = x509.revoked_serials(answer.body, next(iter(self.chains.values())))
            if wanted_serial is None or wanted_serial in listed or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        der, pem = self.path("fetched.der"), self.path("fetched.pem")
        x509.write(der, answer.body)
        server.run("openssl", "crl", "-inform", "DER", "-in", der, "-out", pem)
        return pem

    def verify(self, name, crl):
        return server.run("openssl", "verify", "-x509_strict", "-crl_check", "-CAfile", self.server.root, "-untrusted",
                          self.path(name + ".chain"), "-CRLfile", crl, self.path(name), check=False)

    def test_openssl_verify_takes_the_shard_that_a_certificate_names_and_no_other(self):
        self.divide(4)
        self.issue("sharded.localhost")
        bad = self.issue("sharded-bad.localhost")
        url = x509.crl_url(x509.split_pem(self.chains["sharded.localhost"])[0])
        self.assertRegex(url, r"/crl/%s/4-[0-3]\.crl$" % re.escape(self.ca["id"]))
        crl = self.fetch_crl(url)
        shown = server.run("openssl", "crl", "-in", crl, "-noout", "-text").stdout
        self.assertIn("Issuing Distribution Point: critical", shown)
        self.assertIn("URI:" + url, shown)
        self.assertIn("Only User Certificates", shown)
        fine = self.verify("sharded.localhost", crl)
        self.assertEqual(fine.returncode, 0, fine.stderr)

        other = "%s-%d.crl" % (url[:url.rindex("-")], (int(url[-5]) + 1) % 4)
        wrong = self.verify("sharded.localhost", self.fetch_crl(other))
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("different CRL scope", wrong.stdout + wrong.stderr)

        self.revoke(bad, "cessationOfOperation")
        leaf = x509.split_pem(self.chains["sharded-bad.localhost"])[0]
        self.undivide()  # what the certificate names is served all the same
        revoked = self.verify("sharded-bad.localhost", self.fetch_crl(x509.crl_url(leaf), x509.serial(leaf)))
        self.assertNotEqual(revoked.returncode, 0)
        self.assertIn("certificate revoked", revoked.stdout + revoked.stderr)

    def test_the_full_crl_is_taken_for_a_certificate_that_names_it(self):
        bad = self.issue("full-bad.localhost")
        self.issue("full.localhost")
        self.revoke(bad, "unspecified")
        leaf = x509.split_pem(self.chains["full-bad.localhost"])[0]
        crl = self.fetch_crl(x509.crl_url(leaf), x509.serial(leaf))
        self.assertNotIn("Issuing Distribution Point", server.run("openssl", "crl", "-in", crl, "-noout", "-text").stdout)
        self.assertEqual(self.verify("full.localhost", crl).returncode, 0)
        revoked = self.verify("full-bad.localhost", crl)
        self.assertIn("certificate revoked", revoked.stdout + revoked.stderr)


if __name__ == "__main__":
    server.require("openssl")
    server.main()
