#include "core/model/acme_json.hpp"

#include <limits>
#include <utility>

namespace chancery {
namespace {

template <class E> void write_names(json::Writer& out, std::string_view member, const std::vector<E>& values)
{
    out.begin_array(member);
    for (const auto value : values) {
        out.value(name_of(value));
    }
    out.end_array();
}

template <class E> std::vector<E> read_names(json::Reader& in, std::string_view member)
{
    std::vector<E> values;
    for (const auto& text : in.optional_strings(member).value_or(std::vector<std::string>{})) {
        if (const auto known = from_name<E>(text)) {
            values.push_back(*known);
        } else {
            in.reject(member, "enum", "\"" + text + "\" is not one of " + all_names<E>());
        }
    }
    return values;
}

/// Bounded, so that it fits whatever was sent; what makes sense is for others to say.
int read_days(json::Reader& in, std::string_view member)
{
    constexpr long long kMost = std::numeric_limits<int>::max();
    const auto days = in.optional_integer(member).value_or(90);
    return days < 0 || days > kMost ? 0 : static_cast<int>(days);
}

/// The limits that are a count in a period, with their names.
constexpr std::pair<std::string_view, AcmeLimit AcmeLimits::*> kLimits[] = {
    {"requests_per_address", &AcmeLimits::requests_per_address},
    {"orders_per_account", &AcmeLimits::orders_per_account},
    {"orders_per_domain", &AcmeLimits::orders_per_domain},
    {"orders_per_name_set", &AcmeLimits::orders_per_name_set},
    {"failures_per_name", &AcmeLimits::failures_per_name}};

} // namespace

void write_profiles(json::Writer& out, std::string_view member, const std::vector<AcmeProfile>& profiles)
{
    out.begin_array(member);
    for (const auto& profile : profiles) {
        out.begin_object()
            .member("name", profile.name)
            .member("description", profile.description)
            .member("default_validity_days", profile.default_validity_days)
            .member("max_validity_days", profile.max_validity_days);
        write_names(out, "key_algorithms", profile.key_algorithms);
        write_names(out, "key_usage", profile.key_usage);
        write_names(out, "extended_key_usage", profile.extended_key_usage);
        out.member("revocation_information", profile.revocation_information).end_object();
    }
    out.end_array();
}

std::vector<AcmeProfile> read_profiles(json::Reader& in, std::string_view member)
{
    std::vector<AcmeProfile> profiles;
    auto objects = in.optional_objects(member);
    if (!objects) {
        return profiles;
    }
    for (auto& object : *objects) {
        AcmeProfile profile;
        profile.name = object.string("name");
        profile.description = object.optional_string("description").value_or("");
        profile.default_validity_days = read_days(object, "default_validity_days");
        profile.max_validity_days = read_days(object, "max_validity_days");
        profile.key_algorithms = read_names<KeyAlgorithm>(object, "key_algorithms");
        profile.key_usage = read_names<KeyUsage>(object, "key_usage");
        profile.extended_key_usage = read_names<ExtendedKeyUsage>(object, "extended_key_usage");
        profile.revocation_information = object.optional_boolean("revocation_information").value_or(true);
        profiles.push_back(std::move(profile));
    }
    return profiles;
}

void write_limits(json::Writer& out, std::string_view member, const AcmeLimits& limits)
{
    out.begin_object(member);
    for (const auto& [name, limit] : kLimits) {
        if ((limits.*limit).is_set()) {
            out.begin_object(name)
                .member("count", (limits.*limit).count)
                .member("period_seconds", (limits.*limit).period_seconds)
                .end_object();
        } else {
            out.null_member(name);
        }
    }
    out.member("pause_seconds", limits.pause_seconds)
        .member("exempt_bound_accounts", limits.exempt_bound_accounts)
        .end_object();
}

AcmeLimits read_limits(json::Reader& in, std::string_view member)
{
    AcmeLimits limits;
    auto object = in.optional_object(member);
    if (!object) {
        return limits;
    }
    for (const auto& [name, limit] : kLimits) {
        if (auto one = object->optional_object(name)) {
            (limits.*limit).count = one->integer("count");
            (limits.*limit).period_seconds = one->integer("period_seconds");
        }
    }
    limits.pause_seconds = object->optional_integer("pause_seconds").value_or(limits.pause_seconds);
    limits.exempt_bound_accounts = object->optional_boolean("exempt_bound_accounts").value_or(false);
    return limits;
}

} // namespace chancery
