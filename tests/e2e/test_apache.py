"""Apache's mod_md obtains by tls-alpn-01 and by http-01, serves, and renews what was revoked."""
import contextlib
import os
import shutil
import subprocess
import sys
import unittest

import private_network
import server
import x509

MODULES = "/usr/lib/apache2/modules"
CONFIGURATION = """
ServerRoot %(home)s
ServerName localhost
PidFile %(home)s/pid
ErrorLog %(home)s/error.log
LogLevel warn md:debug
DefaultRuntimeDir %(home)s
Mutex file:%(home)s default
LoadModule mpm_event_module %(modules)s/mod_mpm_event.so
LoadModule authz_core_module %(modules)s/mod_authz_core.so
LoadModule ssl_module %(modules)s/mod_ssl.so
LoadModule md_module %(modules)s/mod_md.so
User www-data
Group www-data
DocumentRoot %(home)s/pages
Listen 127.0.0.1:80
Listen 127.0.0.1:443
Protocols http/1.1 acme-tls/1

MDCertificateAuthority %(directory_url)s
MDCACertificateFile %(root)s
MDCertificateAgreement accepted
MDContactEmail ops@chancery.example
MDStoreDir %(home)s/md
MDCheckInterval 1s
MDRetryDelay 1s
<MDomainSet alpn.chancery.example>
    MDCAChallenges tls-alpn-01
</MDomainSet>
<MDomainSet http.chancery.example>
    MDCAChallenges http-01
    MDPrivateKeys secp256r1
</MDomainSet>
<VirtualHost *:80>
    ServerName http.chancery.example
</VirtualHost>
<VirtualHost *:443>
    ServerName alpn.chancery.example
    SSLEngine on
</VirtualHost>
<VirtualHost *:443>
    ServerName http.chancery.example
    SSLEngine on
</VirtualHost>
"""
NAMES = ("alpn.chancery.example", "http.chancery.example")


class ApacheTest(private_network.ClientTest):
    @contextlib.contextmanager
    def apache(self):
        os.chmod(self.scratch, 0o755)  # for Apache's own user
        os.mkdir(os.path.join(self.scratch, "pages"))
        root = shutil.copy(self.server.root, self.scratch)
        os.chmod(root, 0o644)
        path = os.path.join(self.scratch, "apache.conf")
        x509.write(path, CONFIGURATION % {"home": self.scratch, "modules": MODULES, "root": root,
                                          "directory_url": self.server.directory_url})
        process = subprocess.Popen(["apache2", "-f", path, "-D", "FOREGROUND"])
        try:
            yield lambda: server.run("apache2", "-f", path, "-k", "graceful")
        except AssertionError as failed:
            raise AssertionError(private_network.read(self.scratch, "error.log")[-6000:]) from failed
        finally:
            process.terminate()
            process.wait(timeout=20)

    def obtained(self, name):
        """What mod_md fetched; it serves it after the next reload."""
        folder = os.path.join(self.scratch, "md", "staging", name)
        return os.path.isdir(folder) and any(file.startswith("pubcert") for file in os.listdir(folder))

    def served(self, name, unlike=""):
        def other_chain():
            chain = private_network.served_chain(name)
            return chain if len(x509.split_pem(chain)) > 1 and chain != unlike else None
        return private_network.wait_for("a certificate of " + name, other_chain)

    def test_it_obtains_by_both_challenges_and_renews_what_was_revoked(self):
        with self.apache() as reload:
            for name in NAMES:
                private_network.wait_for(name, lambda name=name: self.obtained(name))
            reload()
            first = {name: self.served(name) for name in NAMES}
            for name, chain in first.items():
                self.assert_issued(chain, name)

            name = NAMES[1]
            old = self.row(first[name])
            self.revoke(old["id"])
            reload()
            # renewalInfo says "now", and the order that follows says what it replaces
            private_network.wait_for("the renewal", lambda: self.obtained(name))
            reload()
            second = self.served(name, unlike=first[name])
        new = self.assert_issued(second, name)
        self.assertNotEqual(new["serial_number"], old["serial_number"])
        self.assertEqual(new["renewed_from"], old["id"])
        self.assertTrue([event for event in self.server.events("request.answered")
                         if event["route"] == "/acme/{server}/renewal-info/{id}" and event["status"] == 200])

    def revoke(self, certificate_id):
        path = "/certificates/%s/" % certificate_id
        code = self.server.expect(201, "POST", path + "revocation-challenges").json["code"]
        self.server.expect(201, "POST", path + "revocation", {"code": code, "reason": "superseded"})


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: Apache changes to a user of its own, which needs root")
        sys.exit(server.SKIPPED)
    if not os.path.exists(os.path.join(MODULES, "mod_md.so")):
        print("skipped: not installed: mod_md")
        sys.exit(server.SKIPPED)
    private_network.main("apache2")
