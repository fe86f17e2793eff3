#include "issuance/policy/expression/expression.hpp"

#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

using issuance::policy::Facts;

/// A request with something in every field, and one with nothing.
const Facts& full()
{
    static const Facts facts = [] {
        Facts made;
        made.subject = {"www.example.com", "Example Ltd", "Web", "DE", "Hesse", "Frankfurt"};
        made.names = {{NameType::Dns, "www.example.com"}, {NameType::Ip, "192.0.2.1"}};
        made.key = KeyType{KeyFamily::Ecdsa, 256};
        made.key_usage = {KeyUsage::DigitalSignature};
        made.extended_key_usage = {ExtendedKeyUsage::ServerAuth};
        made.valid_to = made.valid_from + std::chrono::days(90);
        made.tags = {"team:web"};
        made.acme_account_id = "account";
        made.provider_id = "provider";
        made.authority_id = "authority";
        made.renews_certificate = "certificate";
        return made;
    }();
    return facts;
}

} // namespace

void expression(std::string_view input)
{
    namespace expr = issuance::policy::expression;
    const auto compiled = expr::Expression::compile(input);
    if (!compiled) {
        require(!compiled.error().message.empty(), "a mistake says what it is");
        require(compiled.error().at.line >= 1 && compiled.error().at.column >= 1, "a mistake says where it is");
        return;
    }
    require(compiled->cost() <= expr::kMaxCost, "what is accepted is cheap enough");
    for (const auto& facts : {full(), Facts{}}) {
        const bool once = compiled->holds(facts); // throws when it takes more steps than it may
        require(once == compiled->holds(facts), "an expression says the same twice");
        (void)compiled->input_of(facts);
    }
}

} // namespace chancery::fuzz
