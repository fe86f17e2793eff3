"""What openssl says about certificates, keys, PKCS#12 files and CRLs."""
import os
import re
import tempfile
import time

from server import run


def new_key_and_csr(directory, name, algorithm="EC"):
    """Paths of a new key and of a CSR for `name` with it."""
    key, csr = os.path.join(directory, name + ".key"), os.path.join(directory, name + ".csr")
    options = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "EC" else []
    run("openssl", "genpkey", "-algorithm", algorithm, *options, "-out", key)
    run("openssl", "req", "-new", "-key", key, "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
        "-out", csr)
    return key, csr


def write(path, content):
    with open(path, "wb") as file:
        file.write(content.encode("ascii") if isinstance(content, str) else content)


def split_pem(text):
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", text, re.S)


def field(pem_text, option):
    """serial, subject, enddate, … as `openssl x509 -noout -OPTION` prints it after the equals sign."""
    return run("openssl", "x509", "-noout", "-" + option, stdin=pem_text).stdout.strip().split("=", 1)[1]


def serial(pem_text):
    return field(pem_text, "serial").lower()


def names(pem_text):
    shown = run("openssl", "x509", "-noout", "-ext", "subjectAltName", stdin=pem_text).stdout
    return sorted(re.findall(r"DNS:([^,\s]+)", shown))


def public_key(pem_text):
    return run("openssl", "x509", "-noout", "-pubkey", stdin=pem_text).stdout


def assert_chain(root_file, chain_text, hostname=None):
    """`openssl verify` accepts the first certificate with the others as untrusted intermediates."""
    blocks = split_pem(chain_text)
    assert len(blocks) >= 2, "the chain holds %d certificates" % len(blocks)
    with tempfile.TemporaryDirectory() as directory:
        leaf, rest = os.path.join(directory, "leaf"), os.path.join(directory, "rest")
        write(leaf, blocks[0])
        write(rest, "".join(blocks[1:]))
        more = ["-verify_hostname", hostname] if hostname else []
        run("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", root_file, "-untrusted", rest,
            *more, leaf)


def crl_url(pem_text):
    shown = run("openssl", "x509", "-noout", "-ext", "crlDistributionPoints", stdin=pem_text).stdout
    return re.search(r"URI:(\S+)", shown).group(1)


def revoked_serials(crl_der, issuer_chain):
    """{serial: reason} of a CRL whose signature by the issuer in the chain is verified first."""
    with tempfile.TemporaryDirectory() as directory:
        crl, issuer = os.path.join(directory, "crl"), os.path.join(directory, "issuer")
        write(crl, crl_der)
        write(issuer, "".join(split_pem(issuer_chain)[1:]))
        done = run("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-text", "-CAfile", issuer)
        assert "verify OK" in done.stdout + done.stderr, done.stderr
    entries = re.split(r"Serial Number: ", done.stdout)[1:]
    found = {}
    for entry in entries:
        reason = re.search(r"X509v3 CRL Reason Code:\s*\n\s*(.+)", entry)
        found[entry.split("\n", 1)[0].strip().lower()] = reason.group(1).strip() if reason else None
    return found


def published_crl(running, wanted_serial, chain):
    """{serial: reason} of the CRL that the chain's leaf points to, fetched over plain HTTP as soon as it lists the
    serial: its publication is a job that follows the revocation."""
    url = crl_url(split_pem(chain)[0])
    assert url.startswith(running.http_url), url
    deadline = time.monotonic() + 15
    while True:
        answer = running.plain(url[len(running.http_url):])
        assert answer.status == 200, answer
        assert answer.headers["Content-Type"] == "application/pkix-crl", answer.headers
        listed = revoked_serials(answer.body, chain)
        if wanted_serial in listed or time.monotonic() > deadline:
            return listed
        time.sleep(0.2)


def read_pfx(path, password, legacy=False):
    """The finished `openssl pkcs12`, without `check`: a wrong password is for the caller to see."""
    return run("openssl", "pkcs12", "-in", path, "-nodes", "-passin", "pass:" + password,
               *(["-legacy"] if legacy else []), check=False)
