#include "pki/tbs.hpp"

namespace chancery::pki {

namespace {

/// [0] EXPLICIT INTEGER, absent for version 1.
std::optional<int> read_version(der::Reader& in)
{
    if (!in.at(der::context_constructed(0))) {
        return 1;
    }
    const auto outer = in.next(der::context_constructed(0));
    const auto number = outer ? der::only(outer->content, der::kInteger) : std::nullopt;
    if (!number || number->content.size() != 1) {
        return std::nullopt;
    }
    return number->content.front() + 1;
}

bool read_validity(der::Reader& in, TbsView& tbs)
{
    const auto validity = in.next(der::kSequence);
    der::Reader times(validity ? validity->content : std::string_view());
    const auto not_before = times.next();
    const auto not_after = times.next();
    if (!not_before || !not_after || !times.done()) {
        return false;
    }
    tbs.not_before = *not_before;
    tbs.not_after = *not_after;
    return true;
}

/// The optional members after the key: unique identifiers and extensions.
bool read_tail(der::Reader& in, TbsView& tbs)
{
    for (const int number : {1, 2}) {
        if (in.at(der::context(number))) {
            tbs.has_unique_ids = true;
            if (!in.next()) {
                return false;
            }
        }
    }
    if (in.done()) {
        return true;
    }
    const auto outer = in.next(der::context_constructed(3));
    const auto list = outer ? der::only(outer->content, der::kSequence) : std::nullopt;
    auto extensions = list ? read_extensions(list->content) : std::nullopt;
    if (!extensions || !in.done()) {
        return false;
    }
    tbs.extensions = std::move(*extensions);
    return true;
}

bool read_whole(der::Reader& in, std::string_view& out)
{
    const auto element = in.next(der::kSequence);
    out = element ? element->whole : std::string_view();
    return element.has_value();
}

} // namespace

std::optional<TbsView> read_tbs(std::string_view bytes)
{
    const auto outer = der::only(bytes, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    TbsView tbs;
    der::Reader in(outer->content);
    const auto version = read_version(in);
    const auto serial = in.next(der::kInteger);
    if (!version || !serial) {
        return std::nullopt;
    }
    tbs.version = *version;
    tbs.serial_number = *serial;
    const bool whole = read_whole(in, tbs.signature_algorithm) && read_whole(in, tbs.issuer) &&
                       read_validity(in, tbs) && read_whole(in, tbs.subject) && read_whole(in, tbs.spki) &&
                       read_tail(in, tbs);
    return whole ? std::optional(std::move(tbs)) : std::nullopt;
}

std::optional<SignedParts> split_signed(std::string_view der)
{
    const auto outer = der::only(der, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    der::Reader in(outer->content);
    const auto body = in.next(der::kSequence);
    const auto algorithm = in.next(der::kSequence);
    const auto bits = in.next(der::kBitString);
    const auto signature = bits ? der::octets_of_bits(*bits) : std::nullopt;
    if (!body || !algorithm || !signature || !in.done()) {
        return std::nullopt;
    }
    return SignedParts{.body = body->whole, .algorithm = algorithm->whole, .signature = *signature};
}

} // namespace chancery::pki
