#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <string>

namespace chancery {

enum class DomainKind { Dns, IpRange, Mail };

template <> struct EnumNames<DomainKind> {
    static constexpr std::pair<DomainKind, std::string_view> table[] = {
        {DomainKind::Dns, "dns"}, {DomainKind::IpRange, "ip_range"}, {DomainKind::Mail, "mail"}};
};

/// A registration that permits names. Registered and enabled is active; a DNS domain covers itself and all below it.
struct Domain {
    std::string id{};
    DomainKind kind{};
    std::string name{}; ///< "example.com", "192.0.2.0/24", mail domain "example.com"
    bool enabled = true;
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

} // namespace chancery
