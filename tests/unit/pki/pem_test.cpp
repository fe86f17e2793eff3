#include "pki/pem.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("a broken PEM block is refused, and so is all the text around it", "[unit][pki]")
{
    struct Case {
        const char* name;
        const char* text;
    };

    const auto item = GENERATE(Case{"no end", "-----BEGIN CERTIFICATE-----\nAAAA\n"},
                               Case{"another end", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----\n"},
                               Case{"not base64", "-----BEGIN CERTIFICATE-----\nA*AA\n-----END CERTIFICATE-----\n"},
                               Case{"no padding", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"},
                               Case{"empty", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"});
    DYNAMIC_SECTION(item.name)
    {
        CHECK_FALSE(pki::from_pem(item.text, "CERTIFICATE"));
    }
}

TEST_CASE("every block with the label is read, whatever stands between them", "[unit][pki]")
{
    const auto text = "a comment\n" + pki::to_pem("first", "CERTIFICATE") + pki::to_pem("other", "PRIVATE KEY") +
                      "\r\n" + pki::to_pem("second", "CERTIFICATE");
    const auto blocks = pki::from_pem(text, "CERTIFICATE");
    REQUIRE(blocks);
    CHECK(*blocks == std::vector<std::string>{"first", "second"});
    CHECK(pki::from_pem("nothing here", "CERTIFICATE")->empty());
}

TEST_CASE("PEM text has lines of 64 columns and ends with a newline", "[unit][pki]")
{
    CHECK(pki::to_pem(std::string(48, '\0'), "X") ==
          "-----BEGIN X-----\n" + std::string(64, 'A') + "\n-----END X-----\n");
    CHECK(pki::to_pem(std::string(51, '\0'), "X") ==
          "-----BEGIN X-----\n" + std::string(64, 'A') + "\nAAAA\n-----END X-----\n");
}
