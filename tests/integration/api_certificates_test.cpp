#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>
#include <openssl/pkcs12.h>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kCertificates = "/api/v1/certificates";

std::vector<std::string> common_names(const ApiAnswer& answer)
{
    std::vector<std::string> names;
    for (auto& item : answer.items()) {
        names.push_back(item.string("common_name"));
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Whether the password opens the PFX.
bool opens(const std::string& pfx, const std::string& password)
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(pfx.data());
    auto* p12 = d2i_PKCS12(nullptr, &bytes, static_cast<long>(pfx.size()));
    const bool open = p12 != nullptr && PKCS12_verify_mac(p12, password.c_str(), -1) == 1;
    PKCS12_free(p12);
    return open;
}

} // namespace

TEST_CASE("every filter of the inventory narrows it", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto short_lived = world.order(ada, {"short.example.com"}, R"(,"validity_days":10,"tags":["edge"])");
    const auto app =
        world.order(world.admin, {"app.example.com", "deep.app.example.com"}, R"(,"key_algorithm":"ec-384")");
    const auto shown = world.admin.get("/api/v1/certificates/" + ApiWorld::certificate_of(app));
    world.test.write([&](db::UnitOfWork& work) {
        const auto old = ApiWorld::certificate_of(short_lived);
        db::CertificateRepository(work).link_renewal(old, ApiWorld::certificate_of(app));
    });

    struct Case {
        std::string query;
        std::vector<std::string> names;
    };

    const std::string app_name = "app.example.com";
    const std::string short_name = "short.example.com";
    const Case cases[] = {
        {"domain=example.com", {app_name, short_name}},
        {"domain=app.example.com", {app_name}},
        {"domain=ample.com", {}},
        {"name=deep.app.example.com", {app_name}},
        {"name=DEEP.app.example.com", {app_name}},
        {"name=example.com", {}},
        {"q=short", {short_name}},
        {"q=%25", {}},
        {"domain=example.com&status=active", {app_name, short_name}},
        {"domain=example.com&status=revoked,expired", {}},
        {"domain=example.com&source=managed", {app_name, short_name}},
        {"domain=example.com&source=discovered", {}},
        {"domain=example.com&key_algorithm=ec-384", {app_name}},
        {"domain=example.com&key_algorithm=ec-256,ec-384", {app_name, short_name}},
        {"tag=edge", {short_name}},
        {"domain=example.com&expires_within=P30D", {short_name}},
        {"domain=example.com&not_after%5Blt%5D=2026-12-20T00:00:00Z", {short_name}},
        {"domain=example.com&not_after%5Bgt%5D=2026-12-20T00:00:00Z", {app_name}},
        {"domain=example.com&expires_before=2026-12-20T00:00:00Z", {short_name}},
        {"domain=example.com&expires_after=2026-12-20T00:00:00Z", {app_name}},
        {"requester_id=" + short_lived.text("requested_by/id"), {short_name}},
        {"domain=example.com&provider_id=" + shown.text("provider_id"), {app_name, short_name}},
        {"domain=example.com&authority_id=" + shown.text("authority_id"), {app_name, short_name}},
        {"domain=example.com&issuer=" + http::percent_encode(shown.text("issuer")), {app_name, short_name}},
        {"issuer=CN%3DNobody", {}},
        {"superseded=true", {short_name}},
        {"domain=example.com&superseded=false", {app_name}},
        {"provider_id=" + shown.text("id"), {}},
        {"serial_number=" + shown.text("serial_number"), {app_name}},
        {"fingerprint_sha256=" + shown.text("fingerprint_sha256"), {app_name}},
    };
    for (const auto& c : cases) {
        INFO(c.query);
        const auto answer = world.admin.get(std::string(kCertificates) + '?' + c.query + "&include_total=true");
        CHECK(answer.status == 200);
        CHECK(common_names(answer) == c.names);
        CHECK(answer.json().integer("total") == static_cast<long long>(c.names.size()));
    }
    CHECK(world.admin.get("/api/v1/certificates?superseded=maybe").status == 422);
}

TEST_CASE("the inventory is sorted by expiry, issue and name, both ways and in pages", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const std::vector<std::pair<std::string, int>> wanted = {{"c.example.com", 10},
                                                             {"a.example.com", 40},
                                                             {"e.example.com", 20},
                                                             {"b.example.com", 20},
                                                             {"d.example.com", 30}};
    for (const auto& [name, days] : wanted) {
        world.test.clock.advance(std::chrono::seconds(1));
        world.order(world.admin, {name}, ",\"validity_days\":" + std::to_string(days));
    }
    const auto listed = [&](const std::string& sort, int limit) {
        std::string letters;
        for (const auto& name :
             world.admin.walk(std::string(kCertificates) + "?domain=example.com&sort=" + sort, limit, "common_name")) {
            letters += name.front();
        }
        return letters;
    };
    for (const int limit : {1, 2, 5, 200}) {
        INFO(limit);
        CHECK(listed("created_at", limit) == "caebd");
        CHECK(listed("-created_at", limit) == "dbeac");
        CHECK(listed("common_name", limit) == "abcde");
        CHECK(listed("-common_name", limit) == "edcba");
        CHECK(listed("valid_to", limit) == "cebda"); // e was issued a second before b
        CHECK(listed("-valid_to", limit) == "adbec");
    }
}

TEST_CASE("a certificate is shown with what is computed now, and its tag follows", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target = "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"},
                                                                                       R"(,"validity_days":10)"));
    const auto first = world.admin.get(target);
    CHECK(first.json().integer("days_until_expiry") == 9);
    CHECK(world.admin.get(target, {{"If-None-Match", first.etag()}}).status == 304);

    world.test.clock.advance(std::chrono::hours(24 * 11));
    const auto later = world.admin.get(target, {{"If-None-Match", first.etag()}});
    CHECK(later.status == 200);
    CHECK(later.text("status") == "expired");
    CHECK(later.json().integer("days_until_expiry") < 0);
    CHECK(world.admin.get("/api/v1/certificates?status=expired&domain=example.com").items().size() == 1);
}

TEST_CASE("a certificate is downloaded as PEM, chain and DER", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target = "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"*.example.com"}));
    const auto pem = world.admin.get(target + "/pem");
    REQUIRE(pem.status == 200);
    CHECK(pem.field("content-disposition") == "attachment; filename=\"wildcard.example.com.crt\"");
    CHECK(pem.field("content-type") == "application/x-pem-file");
    const auto leaf = pki::from_pem(pem.body, "CERTIFICATE").value();
    REQUIRE(leaf.size() == 1);

    const auto chain = pki::from_pem(world.admin.get(target + "/chain").body, "CERTIFICATE").value();
    REQUIRE(chain.size() == 2);
    CHECK(chain[0] == leaf[0]);
    CHECK(pki::is_issued_by(chain[0], chain[1]));

    const auto issuers = world.admin.get(target + "/chain?leaf=false");
    CHECK(issuers.field("content-disposition") == "attachment; filename=\"wildcard.example.com-issuers.pem\"");
    CHECK(pki::from_pem(issuers.body, "CERTIFICATE").value() == std::vector{chain[1]});
    CHECK(world.admin.get(target + "/chain?leaf=true").body == world.admin.get(target + "/chain").body);
    CHECK(world.admin.get(target + "/chain?leaf=perhaps").code() == "VALIDATION_ERROR");
    CHECK(world.admin.get(target + "/chain?root=true").code() == "VALIDATION_ERROR");

    const auto der = world.admin.get(target + "/der");
    CHECK(der.body == leaf[0]);
    CHECK(der.field("content-type") == "application/pkix-cert");
    CHECK(world.recorded("certificate.download.success") == 6);
    CHECK(world.test.events("certificate.download.success").at(2).details.contains("issuers"));
}

TEST_CASE("a PFX opens with the password that was shown and with no other", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target =
        "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"})) + "/exports";
    const auto first = world.admin.post(target, "");
    REQUIRE(first.status == 201);
    CHECK(first.text("file_name") == "app.example.com.pfx");
    const auto pfx = from_base64(first.text("content_base64")).value();
    CHECK(opens(pfx, first.text("password")));
    CHECK_FALSE(opens(pfx, "password"));
    const auto second = world.admin.post(target, R"({"legacy":true})");
    REQUIRE(second.status == 201);
    CHECK(second.text("password") != first.text("password"));
    CHECK_FALSE(opens(pfx, second.text("password")));
    CHECK(world.recorded("certificate.download_pfx.success") == 2);
    CHECK(world.admin.post(target, R"({"format":"jks"})").code() == "VALIDATION_ERROR");
}

TEST_CASE("a certificate from a CSR has no PFX, and the try is on record", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order_by_csr(world.admin, {"csr.example.com"}));
    const auto before = world.test.row_counts();
    const auto answer = world.admin.post("/api/v1/certificates/" + id + "/exports");
    CHECK(answer.status == 409);
    CHECK(answer.code() == "NO_PRIVATE_KEY");
    CHECK(world.test.row_counts() == before);
    CHECK(world.recorded("certificate.download_pfx.failure") == 1);
}

TEST_CASE("a certificate leaves as PEM: itself, the CAs above it and its key, encrypted", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target =
        "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"}));
    const auto made = world.admin.post(target + "/exports", R"({"format":"pem"})");
    REQUIRE(made.status == 201);
    CHECK(made.text("file_name") == "app.example.com.pem");
    CHECK(made.text("media_type") == "application/x-pem-file");
    const auto text = from_base64(made.text("content_base64")).value();
    CHECK(text.starts_with(world.admin.get(target + "/chain").body));
    CHECK(pki::from_pem(text, "PRIVATE KEY")->empty());
    CHECK(pki::from_pem(text, "ENCRYPTED PRIVATE KEY")->size() == 1);
    const auto key_text = text.substr(text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    CHECK_FALSE(pki::PrivateKey::from_pem(key_text, Secret("password")).has_value());
    const auto key = pki::PrivateKey::from_pem(key_text, Secret(made.text("password")));
    REQUIRE(key.has_value());
    const auto leaf = pki::from_pem(text, "CERTIFICATE")->front();
    CHECK(key->public_key().spki_sha256() == pki::parse_certificate(leaf)->key.spki_sha256());
    CHECK(world.admin.post(target + "/exports", R"({"format":"pem","legacy":true})").code() == "VALIDATION_ERROR");
    CHECK(world.test.events("certificate.download_pfx.success").front().details.contains(R"("format":"pem")"));
}

TEST_CASE("a certificate has a private key exactly when it can be exported, wherever that is said",
          "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto own = ApiWorld::certificate_of(world.order(world.admin, {"own.example.com"}));
    const auto csr = ApiWorld::certificate_of(world.order_by_csr(world.admin, {"csr.example.com"}));

    struct Kind {
        std::string what;
        std::string id;
        bool exportable = false;
    };

    std::vector<Kind> kinds = {{"key made here", own, true}, {"CSR", csr}};
    world.test.write([&](db::UnitOfWork& work) {
        db::CertificateRepository certificates(work);
        const auto now = world.test.clock.now();
        const auto like = [&](const std::string& what, const std::string& id, const auto& change) {
            auto other = certificates.find(id).value();
            other.id = new_id(now);
            other.fingerprint_sha256 = pki::sha256_hex(other.id);
            other.order_id.reset();
            change(other);
            certificates.insert(other);
            kinds.push_back({what, other.id});
        };
        like("from a CA outside, key made here", own, [](Certificate& one) { one.authority_id.reset(); });
        like("discovered", csr, [](Certificate& one) {
            one.source = CertificateSource::Discovered;
            one.authority_id.reset();
        });
        like("key of an OCSP responder", own, [&](Certificate& one) {
            one.key_id = new_id(now);
            const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
            db::KeyRepository(work).insert(world.test.keys.wrap(key, *one.key_id, "ocsp_responder", now));
        });
        like("key of the server's own listener", own, [&](Certificate& one) {
            one.key_id = new_id(now);
            const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
            db::KeyRepository(work).insert(world.test.keys.wrap(key, *one.key_id, "listener", now));
        });
        like("key that is gone", own, [&](Certificate& one) { one.key_id = new_id(now); });
    });

    const auto csv = world.admin.get("/api/v1/certificates/exports?format=csv").body;
    const auto header = split(csv.substr(0, csv.find('\r')), ',');
    // From the end: an issuer has commas of its own.
    const auto from_end = static_cast<std::size_t>(header.end() - std::ranges::find(header, "has_private_key"));
    const auto filtered = [&](const char* value, const std::string& sort) {
        std::vector<std::string> ids;
        const auto answer = world.admin.get(std::string("/api/v1/certificates?include_total=true&has_private_key=") +
                                            value + "&sort=" + sort);
        for (auto& item : answer.items()) {
            ids.push_back(item.string("id"));
        }
        CHECK(answer.json().integer("total") == static_cast<long long>(ids.size()));
        return ids;
    };
    for (const auto& kind : kinds) {
        INFO(kind.what);
        const auto target = "/api/v1/certificates/" + kind.id;
        CHECK(world.admin.get(target).json().boolean("has_private_key") == kind.exportable);
        const auto line = csv.substr(csv.find("\n" + kind.id) + 1);
        const auto cells = split(line.substr(0, line.find('\r')), ',');
        CHECK(cells.at(cells.size() - from_end) == (kind.exportable ? "true" : "false"));
        for (const auto* const sort : {"-created_at", "valid_to", "common_name"}) {
            CHECK(std::ranges::count(filtered("true", sort), kind.id) == (kind.exportable ? 1 : 0));
            CHECK(std::ranges::count(filtered("false", sort), kind.id) == (kind.exportable ? 0 : 1));
        }
        const auto exported = world.admin.post(target + "/exports");
        CHECK(exported.status == (kind.exportable ? 201 : 409));
        CHECK((kind.exportable || exported.code() == "NO_PRIVATE_KEY"));
    }
}

TEST_CASE("tags are replaced by those who saw the current ones", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target =
        "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"}));
    const auto stale = world.etag(target);
    const auto changed = world.admin.patch(target, R"({"tags":["web","edge"]})", stale);
    CHECK(changed.status == 200);
    CHECK(world.admin.get("/api/v1/certificates?tag=edge").items().size() == 1);
    CHECK(world.admin.patch(target, R"({"tags":[]})", stale).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.send("PATCH", target, R"({"tags":[]})").code() == "PRECONDITION_REQUIRED");
    CHECK(world.admin.patch(target, R"({"common_name":"x"})", changed.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.patch(target, R"({"tags":null})", changed.etag()).status == 200);
    CHECK(world.admin.get("/api/v1/certificates?tag=edge").items().empty());
}

TEST_CASE("somebody else's certificate does not exist for an ordinary user", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"}));
    const auto user = world.somebody(Role::User, {"example.com"});
    const auto target = "/api/v1/certificates/" + id;
    for (const auto* part : {"", "/pem", "/chain", "/der", "/revocation"}) {
        INFO(part);
        CHECK(user.get(target + part).code() == "NOT_FOUND");
    }
    CHECK(user.post(target + "/exports").code() == "NOT_FOUND");
    CHECK(user.post(target + "/revocation-challenges").code() == "NOT_FOUND");
    CHECK(user.post(target + "/revocation", R"({"code":"123456"})").code() == "NOT_FOUND");
    CHECK(user.patch(target, R"({"tags":[]})", "\"1\"").code() == "NOT_FOUND");
    CHECK(user.get(kCertificates).items().empty());
    CHECK(world.somebody(Role::ReportOperator).get(target).status == 200);
}
