#include "acme/validation/dns01.hpp"
#include "acme/validation/dns_persist01.hpp"

#include <catch2/catch.hpp>

using namespace chancery::acme;

TEST_CASE("the label of an account is that of the draft's example")
{
    CHECK(dns_account_label("https://example.com/acme/acct/ExampleAccount") == "_ujmmovf2vn55tgye");
}

TEST_CASE("the hashed account URI is that of the draft's examples", "[acme-117]")
{
    const std::string prefix = "https://ca.example/account-hash/";
    const std::string account = "https://ca.example/acct/123";
    const std::string thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    CHECK(hashed_account_uri(prefix, account, "example.com", thumbprint) ==
          prefix + "sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw");
    CHECK(hashed_account_uri(prefix, account, "*", thumbprint) ==
          prefix + "sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug");
    CHECK(account_hash_prefix("https://ca.example:8443/acme/default/account/1") ==
          "https://ca.example:8443/acme/default/account-hash/");
}
