// fuzz_make_seeds DIRECTORY: writes the corpora's signed and binary seeds, made by the project's own code with new
// keys.
#include "core/clock.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/csr.hpp"
#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/jws.hpp"
#include "pki/jws_mac.hpp"
#include "pki/oids.hpp"
#include "pki/pem.hpp"
#include "pki/signed.hpp"
#include "pki/tbs.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using namespace chancery;
namespace der = pki::der;

const Subject kSubject{.common_name = "seed.example.com", .organization = "Seeds", .country = "DE"};
const std::vector<Name> kNames{{NameType::Dns, "seed.example.com"},   {NameType::Dns, "*.example.com"},
                               {NameType::Ip, "192.0.2.7"},           {NameType::Ip, "2001:db8::7"},
                               {NameType::Email, "seed@example.com"}, {NameType::Uri, "https://seed.example.com/"}};

class Corpus {
public:
    explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}

    void write(std::string_view target, std::string_view name, std::string_view content) const
    {
        std::filesystem::create_directories(root_ / target);
        std::ofstream(root_ / target / name, std::ios::binary) << content;
    }

private:
    std::filesystem::path root_;
};

struct NamedKey {
    std::string name;
    pki::PrivateKey key;
    pki::JwsAlgorithm algorithm;
};

std::vector<NamedKey> make_keys()
{
    using enum KeyAlgorithm;
    using enum pki::JwsAlgorithm;
    return {{"rsa", pki::PrivateKey::generate(Rsa2048), Rs256},
            {"p256", pki::PrivateKey::generate(Ec256), Es256},
            {"p384", pki::PrivateKey::generate(Ec384), Es384},
            {"p521", pki::PrivateKey::generate(Ec521), Es512},
            {"ed25519", pki::PrivateKey::generate(Ed25519), EdDsa}};
}

/// A request's attributes with one of each extension that is looked at.
std::string attributes()
{
    const auto basic = der::wrap(der::kSequence, std::string_view("\x01\x01\xff", 3));
    const auto extensions = der::wrap(
        der::kSequence, {pki::encode_extension(pki::oids::kSubjectAltName, false, pki::encode_general_names(kNames)),
                         pki::encode_extension(pki::oids::kBasicConstraints, true, basic),
                         pki::encode_extension(pki::oids::kKeyUsage, true, "\x03\x02\x05\xa0")});
    return der::wrap(der::kSequence, {der::oid(pki::oids::kExtensionRequest), der::wrap(der::kSet, extensions)});
}

void write_requests(const Corpus& corpus, const std::vector<NamedKey>& keys)
{
    for (const auto& [name, key, algorithm] : keys) {
        corpus.write("csr", name + ".der", pki::build_csr(key, kSubject, kNames));
    }
    corpus.write("csr", "pem", pki::to_pem(pki::build_csr(keys[1].key, {}, {kNames[0]}), "CERTIFICATE REQUEST"));
    corpus.write("csr", "no_names.der", pki::build_csr(keys[4].key, kSubject, {}));
    corpus.write("csr_content", "everything", pki::encode_subject(kSubject) + attributes());
    corpus.write("csr_content", "attributes_only", pki::encode_subject({}) + attributes());
    corpus.write("csr_content", "attributes_twice", pki::encode_subject({}) + attributes() + attributes());
    corpus.write("csr_content", "subject_only", pki::encode_subject(kSubject));
}

void write_certificates(const Corpus& corpus, const std::vector<NamedKey>& keys)
{
    const Time start{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};
    const auto root_key = keys[1].key;
    pki::CertificatePlan root{.subject = {.common_name = "Seed Root"}, .key = root_key.public_key()};
    root.serial_number = pki::new_serial_number();
    root.valid_from = start;
    root.valid_to = start + std::chrono::years{30};
    root.digest = Digest::Sha256;
    root.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
    root.is_ca = true;
    root.path_length = 1;
    const auto tbs = pki::build_tbs(root, pki::Issuer::self_signed(root.subject, root_key));
    const auto root_der = pki::sign_tbs(tbs, root_key, Digest::Sha256);
    corpus.write("certificate", "root.der", root_der);
    const pki::Issuer issuer(root_der, root_key);
    for (const auto& [name, key, algorithm] : keys) {
        auto leaf = root;
        leaf.subject = kSubject;
        leaf.names = kNames;
        leaf.key = key.public_key();
        leaf.valid_to = start + std::chrono::days{90};
        leaf.key_usage = {KeyUsage::DigitalSignature};
        leaf.extended_key_usage = {ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
        leaf.is_ca = false;
        leaf.path_length = {};
        leaf.crl_urls = {"http://seed.example.com/crl"};
        leaf.aia_urls = {"http://seed.example.com/ca"};
        const auto leaf_tbs = pki::build_tbs(leaf, issuer);
        corpus.write("certificate", name + ".der", pki::sign_tbs(leaf_tbs, root_key, Digest::Sha256));
        if (name == "ed25519") {
            corpus.write("certificate", "tbs.der", leaf_tbs);
        }
    }
    corpus.write("certificate", "pem", pki::to_pem(root_der, "CERTIFICATE"));
}

void write_messages(const Corpus& corpus, const std::vector<NamedKey>& keys)
{
    const std::string url = R"("url":"https://seed.example.com/acme/a/new-order","nonce":"c2VlZA")";
    const std::string payload = R"({"identifiers":[{"type":"dns","value":"seed.example.com"}]})";
    for (const auto& [name, key, algorithm] : keys) {
        const auto jwk = pki::jwk_of(key.public_key()).canonical;
        const auto start = R"({"alg":")" + std::string(pki::jws_algorithm_name(algorithm)) + "\",";
        corpus.write("jwk", name, jwk);
        corpus.write("jws", name + "_jwk",
                     pki::sign_jws(start + url + ",\"jwk\":" + jwk + "}", payload, algorithm, key));
        corpus.write(
            "jws", name + "_kid",
            pki::sign_jws(start + url + R"(,"kid":"https://seed.example.com/acme/a/acct/1"})", "", algorithm, key));
    }
    corpus.write("jws", "external_account",
                 pki::sign_jws_mac(R"({"alg":"HS256","kid":"seed",)" + url + "}", payload, pki::MacAlgorithm::Hs256,
                                   Secret(std::string(32, 'k'))));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: fuzz_make_seeds DIRECTORY\n", stderr);
        return 2;
    }
    const Corpus corpus(argv[1]);
    const auto keys = make_keys();
    write_requests(corpus, keys);
    write_certificates(corpus, keys);
    write_messages(corpus, keys);
    return 0;
}
