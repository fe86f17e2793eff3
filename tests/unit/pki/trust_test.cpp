#include "pki/pem.hpp"
#include "pki/trust.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace chancery;
using namespace chancery::test;
using pki::PathUse;
using pki::TrustAnchors;
using Chain = std::vector<std::string>;

namespace {

const Subject kRootName{.common_name = "Root"};

/// A root, an intermediate below it and a leaf below that, each as a test spoils it.
struct Path {
    pki::PrivateKey root_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    pki::PrivateKey intermediate_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    pki::PrivateKey leaf_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    pki::CertificatePlan intermediate_plan = ca_plan(intermediate_key.public_key());
    pki::CertificatePlan plan = leaf_plan(leaf_key.public_key());
    std::string root = make_root(root_key, kRootName);

    static pki::CertificatePlan ca_plan(const pki::PublicKey& key)
    {
        return {.subject = {.common_name = "Issuing"},
                .key = key,
                .serial_number = pki::new_serial_number(),
                .valid_from = noon() - std::chrono::days(1),
                .valid_to = noon() + std::chrono::days(365),
                .digest = Digest::Sha256,
                .key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign},
                .is_ca = true};
    }

    std::string intermediate() const
    {
        const pki::Issuer above(root, root_key);
        return pki::sign_tbs(pki::build_tbs(intermediate_plan, above), root_key, Digest::Sha256);
    }

    /// Leaf first, without the root.
    Chain chain() const
    {
        const auto issuing = intermediate();
        const pki::Issuer above(issuing, intermediate_key);
        return {pki::sign_tbs(pki::build_tbs(plan, above), intermediate_key, Digest::Sha256), issuing};
    }
};

/// A variable of the environment, for as long as this lives.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name)
    {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        ::setenv(name, value.c_str(), 1);
    }

    ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::optional<std::string> before_{};
};

} // namespace

TEST_CASE("a chain is trusted that leads to an anchor, all of it valid at that moment", "[unit][pki][trust]")
{
    Path path;
    const TrustAnchors ours({path.root});
    CHECK(ours.trust(path.chain(), noon()));
    SECTION("the root may come along, in any order")
    {
        auto chain = path.chain();
        chain.insert(chain.begin() + 1, path.root);
        CHECK(ours.trust(chain, noon()));
    }
    SECTION("an intermediate can be the anchor")
    {
        CHECK(TrustAnchors({path.intermediate()}).trust({path.chain().front()}, noon()));
    }
    SECTION("not without the certificates between")
    {
        CHECK_FALSE(ours.trust({path.chain().front()}, noon()));
    }
    SECTION("not to another root, nor to one of the same name")
    {
        CHECK_FALSE(TrustAnchors({Path().root}).trust(path.chain(), noon()));
        CHECK_FALSE(TrustAnchors(Chain{}).trust(path.chain(), noon()));
        CHECK_FALSE(TrustAnchors({"nonsense"}).trust(path.chain(), noon()));
    }
    SECTION("not before or after its time")
    {
        CHECK_FALSE(ours.trust(path.chain(), noon() - std::chrono::seconds(1)));
        CHECK_FALSE(ours.trust(path.chain(), noon() + std::chrono::days(91)));
    }
    SECTION("not with an intermediate that has expired")
    {
        path.intermediate_plan.valid_to = noon() + std::chrono::days(10);
        CHECK(ours.trust(path.chain(), noon() + std::chrono::days(9)));
        CHECK_FALSE(ours.trust(path.chain(), noon() + std::chrono::days(11)));
    }
    SECTION("not with an intermediate that is no CA")
    {
        path.intermediate_plan.is_ca = false;
        path.intermediate_plan.key_usage = {KeyUsage::DigitalSignature};
        CHECK_FALSE(ours.trust(path.chain(), noon()));
    }
    SECTION("not what is no certificate")
    {
        CHECK_FALSE(ours.trust({"nonsense"}, noon()));
        CHECK_FALSE(ours.trust({}, noon()));
    }
}

TEST_CASE("a path for a TLS server is one of certificates that may be used so", "[unit][pki][trust]")
{
    Path path;
    const TrustAnchors ours({path.root});
    CHECK(ours.trust(path.chain(), noon(), PathUse::TlsServer));
    SECTION("a leaf for clients")
    {
        path.plan.extended_key_usage = {ExtendedKeyUsage::ClientAuth};
    }
    SECTION("an intermediate for mail")
    {
        path.intermediate_plan.extended_key_usage = {ExtendedKeyUsage::EmailProtection};
    }
    if (path.plan.extended_key_usage.front() != ExtendedKeyUsage::ServerAuth ||
        !path.intermediate_plan.extended_key_usage.empty()) {
        CHECK(ours.trust(path.chain(), noon()));
        CHECK_FALSE(ours.trust(path.chain(), noon(), PathUse::TlsServer));
    }
}

TEST_CASE("a certificate may serve TLS unless its usages leave that out", "[unit][pki][trust]")
{
    using enum ExtendedKeyUsage;

    struct Case {
        const char* name;
        std::vector<KeyUsage> usage;
        std::vector<ExtendedKeyUsage> purposes;
        bool may;
    };

    const auto item = GENERATE(values<Case>({{"for servers", {KeyUsage::DigitalSignature}, {ServerAuth}, true},
                                             {"for both", {KeyUsage::DigitalSignature}, {ClientAuth, ServerAuth}, true},
                                             {"for anything", {}, {}, true},
                                             {"for clients", {KeyUsage::DigitalSignature}, {ClientAuth}, false},
                                             {"for mail", {}, {EmailProtection}, false},
                                             {"to sign certificates", {KeyUsage::KeyCertSign}, {}, false}}));
    DYNAMIC_SECTION(item.name)
    {
        Path path;
        path.plan.key_usage = item.usage;
        path.plan.extended_key_usage = item.purposes;
        CHECK(pki::may_serve_tls(path.chain().front()) == item.may);
    }
    CHECK_FALSE(pki::may_serve_tls("nonsense"));
}

TEST_CASE("the system's anchors are those of its file and folder", "[unit][pki][trust]")
{
    const Path path;
    const Folder folder;
    const Variable none("SSL_CERT_DIR", folder.path("none"));
    const Variable file("SSL_CERT_FILE", folder.write("anchors.pem", pki::to_pem(path.root, "CERTIFICATE")));
    const auto system = TrustAnchors::of_system();
    CHECK(system.trust(path.chain(), noon()));
    CHECK_FALSE(system.trust(Path().chain(), noon()));
    const Variable gone("SSL_CERT_FILE", folder.path("nothing.pem"));
    CHECK_FALSE(TrustAnchors::of_system().trust(path.chain(), noon()));
    CHECK(system.trust(path.chain(), noon())); // as they were read
}

TEST_CASE("the system's anchors are read once an hour, when they are asked for", "[unit][pki][trust]")
{
    const Path path;
    int read = 0;
    Chain anchors;
    pki::SystemAnchors system([&] {
        ++read;
        return TrustAnchors(anchors);
    });
    CHECK(read == 0);
    const auto trusts = [&](Time now) { return system.current(now).trust(path.chain(), noon()); };
    CHECK_FALSE(trusts(noon()));
    anchors = {path.root};
    CHECK_FALSE(trusts(noon() + std::chrono::minutes(59)));
    CHECK(read == 1);
    CHECK(trusts(noon() + std::chrono::minutes(60)));
    CHECK(trusts(noon() + std::chrono::minutes(90)));
    CHECK(read == 2);
}
