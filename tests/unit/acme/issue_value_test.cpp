#include "acme/validation/issue_value.hpp"

#include <catch2/catch.hpp>

using chancery::acme::parse_issue_value;
using Values = std::vector<std::string_view>;

TEST_CASE("an issue value has an issuer and parameters, with spaces where RFC 8659 allows them")
{
    const auto plain = parse_issue_value("CA.Example");
    REQUIRE(plain);
    CHECK(plain->issuer == "ca.example");
    CHECK(plain->parameters.empty());
    CHECK(parse_issue_value(" ca.example ; ")->issuer == "ca.example");
    CHECK(parse_issue_value(";")->issuer.empty());
    CHECK(parse_issue_value("")->issuer.empty());
    CHECK(parse_issue_value("; a=b")->issuer.empty());

    const auto full =
        parse_issue_value("ca.example;\taccountURI = https://ca.example/account/1 ; validationmethods=dns-01,x; e=");
    REQUIRE(full);
    CHECK(full->all("accounturi") == Values{"https://ca.example/account/1"});
    CHECK(full->all("ValidationMethods") == Values{"dns-01,x"});
    CHECK(full->all("e") == Values{""});
    CHECK(full->all("none").empty());
    CHECK(parse_issue_value("ca.example; a=1; a=2")->all("a") == Values{"1", "2"});
}

TEST_CASE("what is not of the grammar is no issue value")
{
    const auto* text =
        GENERATE("ca_example", "ca..example", "-ca.example", "ca.example.", "ca example", "ca.example; a",
                 "ca.example; =b", "ca.example; a=b c", "ca.example; a=b;", "ca.example;; a=b", "ca.example; -a=b",
                 "ca.example; a_b=c", "ca.example; a=\x01", "%%%%%");
    CAPTURE(text);
    CHECK_FALSE(parse_issue_value(text));
}
