#include "core/encoding.hpp"
#include "issuance/providers/acme_ca/dns_update.hpp"
#include "pki/digest.hpp"
#include "tests/support/manual_clock.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::providers::acme_ca;

namespace {

const TsigKey kKey{.name = "update.example.com", .digest = Digest::Sha256, .secret = Secret(std::string(32, 'k'))};
const Time kNow = from_millis(1'800'000'000'000);

DnsUpdate addition()
{
    return {.id = 0x1234, .zone = "example.com", .name = "_acme-challenge.a.example.com", .value = "digest"};
}

/// What a name server that knows the key says to it.
std::string answer_to(const SignedUpdate& sent, int rcode, const TsigKey& key)
{
    std::string message = from_hex("1234").value();
    message += '\xa8'; // a response to an update
    message += static_cast<char>(rcode);
    message += std::string(8, '\0');
    const auto name = from_hex("06757064617465076578616d706c6503636f6d00").value();
    const auto algorithm = from_hex("0b686d61632d73686132353600").value();
    const auto time = from_hex("00006b49d200012c").value();
    const std::string none(4, '\0');
    std::string covered = from_hex("0020").value() + sent.mac + message + name + from_hex("00ff00000000").value() +
                          algorithm + time + none;
    const auto mac = pki::hmac(key.digest, key.secret.reveal(), covered);
    const auto data = algorithm + time + from_hex("0020").value() + mac + from_hex("1234").value() + none;
    message[11] = 1;
    return message + name + from_hex("00fa00ff00000000").value() + '\0' + static_cast<char>(data.size()) + data;
}

} // namespace

TEST_CASE("an update is the message of RFC 2136 with the signature of RFC 8945", "[issuance][providers][dns]")
{
    const auto sent = encode_update(addition(), kKey, kNow);
    REQUIRE(sent);
    const auto hex = to_hex(sent->message);
    // header; the zone's SOA; one TXT record of class IN and 60 seconds; and a TSIG record at the end
    CHECK(hex.starts_with("123428000001000000010001"
                          "076578616d706c6503636f6d0000060001"
                          "0f5f61636d652d6368616c6c656e67650161076578616d706c6503636f6d00"
                          "001000010000003c000706646967657374"
                          "06757064617465076578616d706c6503636f6d0000fa00ff00000000003d"
                          "0b686d61632d73686132353600"
                          "00006b49d200012c0020"));
    CHECK(hex.ends_with("1234"
                        "00000000"));
    CHECK(sent->mac.size() == 32);

    auto removal = addition();
    removal.remove = true;
    CHECK(to_hex(encode_update(removal, kKey, kNow)->message).find("001000fe00000000000706646967657374") !=
          std::string::npos);
}

TEST_CASE("what does not fit into a message is not sent", "[issuance][providers][dns]")
{
    auto update = addition();
    update.value = std::string(256, 'x');
    CHECK_FALSE(encode_update(update, kKey, kNow));
    update = addition();
    update.name = std::string(64, 'x') + ".example.com";
    CHECK_FALSE(encode_update(update, kKey, kNow));
    update.name = "a..example.com";
    CHECK_FALSE(encode_update(update, kKey, kNow));
}

TEST_CASE("only the key's holder can say that an update succeeded", "[issuance][providers][dns]")
{
    const auto update = addition();
    const auto sent = encode_update(update, kKey, kNow).value();
    const auto good = answer_to(sent, 0, kKey);
    CHECK(read_answer(good, update, sent, kKey, kNow) == 0);
    CHECK_FALSE(read_answer(good, update, sent, kKey, kNow + std::chrono::minutes(10)));
    auto other = kKey;
    other.secret = Secret(std::string(32, 'x'));
    CHECK_FALSE(read_answer(answer_to(sent, 0, other), update, sent, kKey, kNow));
    CHECK_FALSE(read_answer(good.substr(0, 12), update, sent, kKey, kNow)); // without signature
    auto forged = good;
    forged[2] = '\x28'; // a request, not an answer
    CHECK_FALSE(read_answer(forged, update, sent, kKey, kNow));
    auto another = update;
    another.id = 0x4321;
    CHECK_FALSE(read_answer(good, another, sent, kKey, kNow));
    CHECK(read_answer(answer_to(sent, 9, kKey), update, sent, kKey, kNow) == 9);
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        CHECK_FALSE(read_answer(good.substr(0, cut), update, sent, kKey, kNow));
    }
}
