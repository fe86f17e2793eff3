#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kKeys = "/api/v1/blocked-keys";

std::string body(const std::string& member, const std::string& value)
{
    return json::Writer().begin_object().member(member, value).member("note", "Found on the net.").end_object().take();
}

std::string csr_body(const pki::PrivateKey& key)
{
    const auto pem = pki::to_pem(with_csr({"app.example.com"}, key).csr->der, "CERTIFICATE REQUEST");
    return json::Writer().begin_object().member("csr", pem).end_object().take();
}

} // namespace

TEST_CASE("a key is blocked by hash, certificate, CSR or public key, and certified no more",
          "[integration][api][blocked_keys]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto spki = key.public_key().spki_sha256();
    const auto request = with_csr({"app.example.com"}, key);
    const auto certificate = world.test.certificate(world.test.administrator(), request);
    std::string wanted;
    SECTION("hash")
    {
        wanted = body("spki_sha256", spki);
    }
    SECTION("certificate of the inventory")
    {
        wanted = body("certificate_id", certificate.id);
    }
    SECTION("certificate")
    {
        wanted = body("certificate", pki::to_pem(certificate.der, "CERTIFICATE"));
    }
    SECTION("CSR")
    {
        wanted = body("csr", pki::to_pem(request.csr->der, "CERTIFICATE REQUEST"));
    }
    SECTION("public key")
    {
        wanted = body("public_key", pki::to_pem(key.public_key().spki(), "PUBLIC KEY"));
    }
    const auto blocked = world.admin.post(kKeys, wanted);
    REQUIRE(blocked.status == 201);
    CHECK(blocked.text("spki_sha256") == spki);
    CHECK(blocked.json().integer("active_certificates") == 1); // which stays valid
    CHECK(blocked.field("location") == kKeys + ("/" + spki));
    CHECK(world.admin.get(blocked.field("location")).text("note") == "Found on the net.");
    CHECK(world.admin.post(kKeys, wanted).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post("/api/v1/orders", csr_body(key)).code() == "BAD_KEY");
    CHECK(world.admin.get("/api/v1/certificates/" + certificate.id).text("status") == "active");
    CHECK(world.recorded("blocked_key.create.success") == 1);
}

TEST_CASE("only a Super Administrator unblocks a key, with a reason", "[integration][api][blocked_keys]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto hash = key.public_key().spki_sha256();
    const auto pki_admin = world.somebody(Role::PkiAdministrator);
    REQUIRE(pki_admin.post(kKeys, body("spki_sha256", hash)).status == 201);
    const auto removal = kKeys + ("/" + hash) + "/removal";
    CHECK(pki_admin.post(removal, R"({"note":"A mistake."})").status == 403);
    CHECK(world.admin.post(removal, "{}").status == 422);
    CHECK(world.admin.post(removal, R"({"note":""})").status == 422);
    CHECK(world.admin.post("/api/v1/orders", csr_body(key)).code() == "BAD_KEY");

    CHECK(world.admin.post(removal, R"({"note":"A mistake."})").status == 201);
    CHECK(world.recorded("blocked_key.remove.success") == 1);
    CHECK(world.admin.post(removal, R"({"note":"A mistake."})").status == 404);
    CHECK(world.admin.get(kKeys + ("/" + hash)).status == 404);
    CHECK(world.admin.post("/api/v1/orders", csr_body(key)).status == 201);
}

TEST_CASE("the key of a compromised certificate stays blocked for good", "[integration][api][blocked_keys]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issued = world.admin.post("/api/v1/orders", csr_body(key));
    const auto target = "/api/v1/certificates/" + ApiWorld::certificate_of(issued);
    const auto code = world.admin.post(target + "/revocation-challenges").text("code");
    REQUIRE(world.admin.post(target + "/revocation", R"({"code":")" + code + R"(","reason":"keyCompromise"})").status ==
            201);
    const auto shown = world.admin.get(std::string(kKeys) + "?reason=keyCompromise").items();
    REQUIRE(shown.size() == 1);
    CHECK(json::Reader(shown.front()).object("blocked_by").string("type") == "user");
    const auto removal = kKeys + ("/" + key.public_key().spki_sha256()) + "/removal";
    CHECK(world.admin.post(removal, R"({"note":"It was another."})").code() == "CONFLICT");
    CHECK(world.admin.post("/api/v1/orders", csr_body(key)).code() == "BAD_KEY");
}

TEST_CASE("many hashes are blocked at once, or none", "[integration][api][blocked_keys]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    std::vector<std::string> hashes;
    for (int i = 0; i < 250; ++i) {
        hashes.push_back(pki::PrivateKey::generate(KeyAlgorithm::Ed25519).public_key().spki_sha256());
    }
    const auto import = [&](const std::vector<std::string>& list) {
        json::Writer out;
        out.begin_object().member("spki_sha256", list).member("note", "A list.").end_object();
        return world.admin.post(std::string(kKeys) + "/imports", out.take());
    };
    auto mistaken = hashes;
    mistaken[7] = "nonsense";
    const auto refused = import(mistaken);
    CHECK(refused.status == 422);
    CHECK(refused.json().objects("errors").front().string("pointer") == "/spki_sha256/7");
    CHECK(world.admin.get(kKeys).items().empty());
    CHECK(import({}).status == 422);
    CHECK(import(std::vector<std::string>(10'001, hashes[0])).status == 422);

    const auto first = import({hashes.begin(), hashes.begin() + 100});
    CHECK(first.status == 201);
    const auto all = import(hashes);
    CHECK(all.json().integer("added") == 150);
    CHECK(all.json().integer("already_blocked") == 100);
    CHECK(world.admin.walk(kKeys, 60, "spki_sha256").size() == 250);
    CHECK(world.recorded("blocked_key.import.success") == 2);
}

TEST_CASE("a reference that is no key, or not the caller's to see, is a mistake at its member",
          "[integration][api][blocked_keys]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto pointer = [&](const std::string& wanted) {
        const auto answer = world.admin.post(kKeys, wanted);
        CHECK(answer.status == 422);
        return answer.json().objects("errors").front().string("pointer");
    };
    CHECK(pointer(R"({"note":"Nothing."})").empty());
    CHECK(pointer(R"({"note":"Two.","csr":"x","spki_sha256":"y"})").empty());
    CHECK(pointer(body("spki_sha256", "abc")) == "/spki_sha256");
    CHECK(pointer(body("certificate_id", "abc")) == "/certificate_id");
    CHECK(pointer(body("certificate", "abc")) == "/certificate");
    CHECK(pointer(body("csr", "abc")) == "/csr");
    CHECK(pointer(body("public_key", "abc")) == "/public_key");
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto secret = world.admin.post(kKeys, body("public_key", std::string(key.to_pem().reveal())));
    CHECK(secret.status == 422);
    CHECK_FALSE(secret.body.contains("BEGIN PRIVATE KEY"));
    CHECK(world.somebody(Role::User).get(kKeys).status == 403);
    CHECK(world.somebody(Role::DeploymentAdministrator).get(kKeys).status == 200);
    CHECK(world.somebody(Role::DeploymentAdministrator).post(kKeys, body("spki_sha256", "abc")).status == 403);
}
