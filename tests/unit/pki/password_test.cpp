#include "pki/password.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("an unreadable or too costly password hash is never the right one", "[unit][pki]")
{
    const Secret password("pleaseletmein");
    for (const auto* hash :
         {"", "pleaseletmein", "$scrypt$ln=31,r=8,p=1$c2FsdA$aGFzaA", "$bcrypt$ln=15,r=8,p=1$c2FsdA$aGFzaA"}) {
        CHECK_FALSE(pki::verify_password(password, hash));
    }
}

TEST_CASE("a password is verified against its scrypt hash, and no other password is", "[unit][pki]")
{
    const auto hash = pki::hash_password(Secret("correct horse"));
    CHECK(hash.starts_with("$scrypt$ln=15,r=8,p=1$"));
    CHECK_FALSE(pki::verify_password(Secret("correct hors"), hash));
    CHECK_FALSE(pki::verify_password(Secret(""), hash));
    CHECK(pki::verify_password(Secret("correct horse"), hash));
    CHECK(hash != pki::hash_password(Secret("correct horse")));
}

TEST_CASE("a hash with other costs is verified with those: RFC 7914's vector", "[unit][pki]")
{
    // Section 12: P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1, the first 32 of 64 bytes.
    const auto* hash = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI";
    CHECK(pki::verify_password(Secret("pleaseletmein"), hash));
}
