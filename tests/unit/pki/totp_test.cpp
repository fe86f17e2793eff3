#include "pki/totp.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

/// The secret of the test vectors of RFC 6238, appendix B.
const Secret kSecret("12345678901234567890");

Time at(long long seconds)
{
    return from_millis(seconds * 1000);
}

} // namespace

TEST_CASE("codes are those of RFC 6238, the last six of their eight digits", "[pki][totp]")
{
    const std::pair<long long, std::string> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                         {1111111111, "050471"}, {1234567890, "005924"},
                                                         {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto& [seconds, code] : vectors) {
        CHECK(pki::totp_code(kSecret, pki::totp_step(at(seconds))) == code);
    }
}

TEST_CASE("a code fits for its step and the ones beside it, and once", "[pki][totp]")
{
    const auto step = pki::totp_step(at(1111111111));
    const auto code = pki::totp_code(kSecret, step);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111), 0) == step);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111 + 30), 0) == step);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111 - 30), 0) == step);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111 + 60), 0) == std::nullopt);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111 - 60), 0) == std::nullopt);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111), step) == std::nullopt);
    CHECK(pki::matching_totp_step(kSecret, code, at(1111111111), step + 1) == std::nullopt);
    for (const auto* other : {"", "050472", "50471", "0050471", "050471 "}) {
        CHECK(pki::matching_totp_step(kSecret, other, at(1111111111), 0) == std::nullopt);
    }
}

TEST_CASE("a secret is written as RFC 4648 writes base32, and in a URI for an app", "[pki][totp]")
{
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "MY"},
                                                           {"fo", "MZXQ"},
                                                           {"foo", "MZXW6"},
                                                           {"foob", "MZXW6YQ"},
                                                           {"fooba", "MZXW6YTB"},
                                                           {"foobar", "MZXW6YTBOI"}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(pki::to_base32(bytes) == text);
    }
    CHECK(pki::totp_uri(kSecret, "Chancery CA", "ada@example.com").reveal() ==
          "otpauth://totp/Chancery%20CA:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
          "&issuer=Chancery%20CA&algorithm=SHA1&digits=6&period=30");
    CHECK(pki::new_totp_secret().reveal().size() == 20);
    CHECK(pki::new_totp_secret().reveal() != pki::new_totp_secret().reveal());
}
