#include "issuance/requests.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

Result<issuance::CertificateRequest> parse(TestCore& core, const std::string& text)
{
    return issuance::read_request(core.core, text);
}

std::vector<std::string> pointers(const Result<issuance::CertificateRequest>& result)
{
    std::vector<std::string> found;
    REQUIRE_FALSE(result.has_value());
    for (const auto& error : result.error().errors) {
        found.push_back(error.pointer);
    }
    return found;
}

} // namespace

TEST_CASE("a request is read from its JSON with every member", "[issuance][requests]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto request = parse(core, R"({"common_name": "App.example.com",
        "subject_alternative_names": [{"type": "dns", "value": "WWW.example.com"}, {"type": "ip", "value": "192.0.2.1"}],
        "subject": {"organization": "Example", "country": "NL"}, "key_algorithm": "ec-384", "digest": "sha384",
        "validity_days": 30, "key_usage": ["digitalSignature"], "extended_key_usage": ["serverAuth"], "tags": ["web"]})");
    REQUIRE(request.has_value());
    CHECK(request->pathway == Pathway::Automated);
    CHECK(request->names == std::vector<Name>{{NameType::Dns, "www.example.com"}, {NameType::Ip, "192.0.2.1"}});
    CHECK(request->subject.organization == "Example");
    CHECK(request->key_algorithm == KeyAlgorithm::Ec384);
    CHECK(request->digest == Digest::Sha384);
    CHECK(request->validity_days == 30);
    CHECK(request->tags == std::vector<std::string>{"web"});
    const auto plain = parse(core, R"({"subject_alternative_names": ["a.example.com", "2001:DB8::1"]})");
    CHECK(plain->names == std::vector<Name>{{NameType::Dns, "a.example.com"}, {NameType::Ip, "2001:db8::1"}});
}

TEST_CASE("every mistake in a request is told with its place", "[issuance][requests]")
{
    TestCore core(db::Dialect::Sqlite);
    CHECK(pointers(parse(core, "{}")) == std::vector<std::string>{"/common_name"});
    const auto many = pointers(parse(core, R"({"common_name": "a.example.com", "subject_alternative_names":
        [{"type": "dns", "value": "ok.example.com"}, {"type": "dns", "value": "not ok"}], "key_algorithm": "dsa", "validity_days": 0, "surprise": 1})"));
    for (const auto* pointer :
         {"/subject_alternative_names/1/value", "/key_algorithm", "/validity_days", "/surprise"}) {
        INFO(pointer);
        CHECK(std::ranges::find(many, pointer) != many.end());
    }
    CHECK(parse(core, R"({"csr": "nonsense"})").error().code == Code::BadCsr);
    CHECK(pointers(parse(core,
                         R"({"common_name": "a.example.com", "validity_days": 3, "valid_to": "2027-01-01T00:00:00Z"})"))
              .front() == "/validity_days");
}

TEST_CASE("what is kept of a request reads back as the same request", "[issuance][requests]")
{
    TestCore core(db::Dialect::Sqlite);
    auto request = with_csr({"a.example.com", "b.example.com"});
    request.validity_days = 12;
    request.tags = {"x"};
    const auto back = parse(core, issuance::request_json(request));
    REQUIRE(back.has_value());
    CHECK(back->pathway == Pathway::Csr);
    CHECK(back->csr->der == request.csr->der);
    CHECK(back->validity_days == 12);
    CHECK(back->tags == request.tags);
}
