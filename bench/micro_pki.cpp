#include "core/clock.hpp"
#include "core/encoding.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/crl.hpp"
#include "pki/csr.hpp"
#include "pki/der.hpp"
#include "pki/digest.hpp"
#include "pki/jws.hpp"
#include "pki/key_checks.hpp"
#include "pki/lint.hpp"
#include "pki/ocsp.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <vector>

/// What the PKI layer costs for each certificate, beside the bare P-256 operations measured in the same run.
namespace {

using namespace chancery;
namespace der = chancery::pki::der;

constexpr int kRounds = 60;
constexpr double kRoundMicroseconds = 5'000;

void require(bool yes)
{
    if (!yes) {
        throw std::runtime_error("a benchmarked call failed");
    }
}

double cpu_microseconds()
{
    timespec now{};
    require(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// CPU microseconds for one call: the cheapest of many short rounds, which other work on the machine disturbs least.
template <class Work> double microseconds(Work&& work)
{
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = cpu_microseconds();
        auto now = start;
        int calls = 0;
        for (; now - start < kRoundMicroseconds; now = cpu_microseconds()) {
            for (int i = 0; i < 4; ++i, ++calls) {
                work();
            }
        }
        best = std::min(best, (now - start) / calls);
    }
    return best;
}

using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

/// The bare operation on a hash, with a context that is made once: what nothing built on OpenSSL can beat.
double raw_sign(const pki::PrivateKey& key, std::vector<unsigned char>& signature)
{
    const auto hash = pki::sha256("data");
    const auto* bytes = reinterpret_cast<const unsigned char*>(hash.data());
    const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(key.handle(), nullptr), &EVP_PKEY_CTX_free);
    require(EVP_PKEY_sign_init(ctx.get()) == 1);
    std::size_t size = 0;
    const auto sign = [&] {
        signature.resize(128);
        size = signature.size();
        require(EVP_PKEY_sign(ctx.get(), signature.data(), &size, bytes, hash.size()) == 1);
    };
    const auto micros = microseconds(sign);
    signature.resize(size);
    return micros;
}

double raw_verify(const pki::PublicKey& key, const std::vector<unsigned char>& signature)
{
    const auto hash = pki::sha256("data");
    const auto* bytes = reinterpret_cast<const unsigned char*>(hash.data());
    const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(key.handle(), nullptr), &EVP_PKEY_CTX_free);
    require(EVP_PKEY_verify_init(ctx.get()) == 1);
    return microseconds(
        [&] { require(EVP_PKEY_verify(ctx.get(), signature.data(), signature.size(), bytes, hash.size()) == 1); });
}

class Report {
public:
    explicit Report(double limit) : limit_(limit) {}

    void line(const char* name, double micros) const
    {
        std::printf("%-34s %9.2f µs %8.2f x\n", name, micros, micros / limit_);
    }

private:
    double limit_;
};

pki::CertificatePlan leaf_plan(const pki::PublicKey& key, Time now)
{
    pki::CertificatePlan plan;
    plan.subject = {.common_name = "www.example.com"};
    plan.names = {{NameType::Dns, "www.example.com"}, {NameType::Dns, "example.com"}};
    plan.key = key;
    plan.serial_number = pki::new_serial_number();
    plan.valid_from = now;
    plan.valid_to = now + std::chrono::days(90);
    plan.digest = Digest::Sha256;
    plan.key_usage = {KeyUsage::DigitalSignature};
    plan.extended_key_usage = {ExtendedKeyUsage::ServerAuth};
    plan.crl_urls = {"http://ca.example.com/a.crl"};
    plan.aia_urls = {"http://ca.example.com/a.crt"};
    return plan;
}

pki::Issuer make_issuer(const pki::PrivateKey& key, Time now)
{
    auto plan = leaf_plan(key.public_key(), now);
    plan.names.clear();
    plan.extended_key_usage.clear();
    plan.subject = {.common_name = "Bench Root"};
    plan.valid_to = now + std::chrono::days(3650);
    plan.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
    plan.is_ca = true;
    const auto self = pki::Issuer::self_signed(plan.subject, key);
    return {pki::sign_tbs(pki::build_tbs(plan, self), key, plan.digest), key};
}

void measure_jws(const Report& report, const pki::PrivateKey& key)
{
    const auto public_key = key.public_key();
    const std::string header = R"({"alg":"ES256","kid":"https://ca.example.com/acme/default/accounts/1","nonce":")" +
                               std::string(43, 'n') + R"(","url":"https://ca.example.com/acme/default/orders"})";
    const auto body = pki::sign_jws(header, R"({"identifiers":[{"type":"dns","value":"www.example.com"}]})",
                                    pki::JwsAlgorithm::Es256, key);
    const auto jws = pki::parse_jws(body).value();
    const auto jwk = pki::jwk_of(public_key).canonical;
    report.line("parse_jws", microseconds([&] { require(pki::parse_jws(body).has_value()); }));
    report.line("verify_jws ES256",
                microseconds([&] { require(pki::verify_jws(jws, pki::JwsAlgorithm::Es256, public_key)); }));
    report.line("parse_jws + verify_jws", microseconds([&] {
                    require(pki::verify_jws(pki::parse_jws(body).value(), pki::JwsAlgorithm::Es256, public_key));
                }));
    report.line("parse_jwk (P-256)", microseconds([&] { require(pki::parse_jwk_text(jwk).has_value()); }));
}

void measure_requests(const Report& report, const char* name, KeyAlgorithm algorithm)
{
    const auto key = pki::PrivateKey::generate(algorithm);
    const auto csr = pki::build_csr(key, {.common_name = "www.example.com"},
                                    {{NameType::Dns, "www.example.com"}, {NameType::Dns, "example.com"}});
    const auto public_key = key.public_key();
    const auto spki = public_key.spki();
    const auto label = [&](const char* what) { return std::string(what) + " (" + name + ")"; };
    report.line(label("PublicKey::from_spki").c_str(),
                microseconds([&] { require(pki::PublicKey::from_spki(spki).has_value()); }));
    report.line(label("parse_csr").c_str(), microseconds([&] { require(pki::parse_csr(csr).has_value()); }));
    report.line(label("check_public_key").c_str(),
                microseconds([&] { require(pki::check_public_key(public_key).has_value()); }));
}

void measure_issuance(const Report& report, const pki::PrivateKey& key, Time now)
{
    const auto issuer = make_issuer(key, now);
    const auto plan = leaf_plan(pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key(), now);
    const auto tbs = pki::build_tbs(plan, issuer);
    const auto certificate = pki::sign_tbs(tbs, key, plan.digest);
    const pki::LintIssuer signer{issuer.name_der(), issuer.key_identifier(), issuer.valid_to()};
    report.line("build_tbs", microseconds([&] { require(!pki::build_tbs(plan, issuer).empty()); }));
    report.line("lint_tbs", microseconds([&] { require(pki::lint_tbs(tbs, signer, pki::LintProfile::Leaf).empty()); }));
    report.line("sign_tbs", microseconds([&] { require(!pki::sign_tbs(tbs, key, plan.digest).empty()); }));
    report.line("parse_certificate", microseconds([&] { require(pki::parse_certificate(certificate).has_value()); }));
    const std::vector<RevokedEntry> entries(10'000,
                                            RevokedEntry{pki::new_serial_number(), now, RevocationReason::Superseded});
    report.line("build_crl, 10,000 entries", microseconds([&] {
                    require(
                        !pki::build_crl(issuer, Digest::Sha256, 1, now, now + std::chrono::days(7), entries).empty());
                }));
}

/// An OCSPRequest (RFC 6960 section 4.1.1) about one certificate, SHA-1, without a nonce: what browsers and servers
/// that staple ask.
std::string ocsp_request()
{
    static constexpr std::string_view kSha1("\x2b\x0e\x03\x02\x1a", 5);
    const auto hash = der::wrap(der::kOctetString, std::string(20, 'h'));
    const auto algorithm = der::wrap(der::kSequence, {der::oid(kSha1), std::string_view("\x05\x00", 2)});
    const auto id = der::wrap(der::kSequence, {algorithm, hash, hash, der::integer(std::string(16, 'A'))});
    return der::wrap(der::kSequence,
                     der::wrap(der::kSequence, der::wrap(der::kSequence, der::wrap(der::kSequence, id))));
}

void measure_ocsp(const Report& report, const pki::PrivateKey& key, Time now)
{
    const auto issuer = make_issuer(key, now);
    const pki::OcspResponder responder(issuer.certificate_der(), key);
    const pki::OcspIssuer named(issuer.certificate_der());
    const auto bytes = ocsp_request();
    const auto request = pki::read_ocsp_request(bytes).value();
    const std::vector<pki::OcspStatus> statuses{{.state = pki::OcspState::Good}};
    const pki::OcspTimes times{now, now + std::chrono::hours(24), now};
    report.line("read_ocsp_request", microseconds([&] { require(pki::read_ocsp_request(bytes).has_value()); }));
    report.line("is_named_by", microseconds([&] { require(!named.is_named_by(request.certificates.front())); }));
    report.line("build_ocsp_response",
                microseconds([&] { require(!pki::build_ocsp_response(responder, request, statuses, times).empty()); }));
}

} // namespace

int main()
{
    const auto now = *from_rfc3339("2026-06-01T12:00:00Z");
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto public_key = key.public_key();
    const std::string data(200, 'x');
    const auto signature = key.sign(data, Digest::Sha256);
    std::vector<unsigned char> bare;
    const auto limit = raw_sign(key, bare);
    const Report report(limit);
    report.line("raw P-256 sign (the limit)", limit);
    report.line("raw P-256 verify (the limit)", raw_verify(public_key, bare));
    report.line("P-256 sign, 200 bytes", microseconds([&] { require(!key.sign(data, Digest::Sha256).empty()); }));
    report.line("P-256 verify, 200 bytes",
                microseconds([&] { require(public_key.verify(data, signature, Digest::Sha256)); }));
    report.line("P-256 generate",
                microseconds([&] { require(static_cast<bool>(pki::PrivateKey::generate(KeyAlgorithm::Ec256))); }));
    measure_jws(report, key);
    measure_requests(report, "P-256", KeyAlgorithm::Ec256);
    measure_requests(report, "RSA-2048", KeyAlgorithm::Rsa2048);
    measure_issuance(report, key, now);
    measure_ocsp(report, key, now);
    report.line("sha256 of 200 bytes", microseconds([&] { require(!pki::sha256(data).empty()); }));
    report.line("hmac_sha256 of 200 bytes",
                microseconds([&] { require(!pki::hmac_sha256("a key of some bytes", data).empty()); }));
    return 0;
}
