#include "db/repositories/reversed_names.hpp"

namespace chancery::db {

std::string reversed_name(std::string_view text)
{
    // PostgreSQL takes no index key over 2,700 bytes; only a URI is that long.
    constexpr std::size_t kMost = 1000;
    std::string backwards;
    backwards.reserve(text.size());
    for (auto end = text.size(); end > 0 && backwards.size() < kMost;) {
        auto start = end - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80U) {
            --start;
        }
        backwards += text.substr(start, end - start);
        end = start;
    }
    return backwards;
}

SqlPiece reversed_under(std::string_view column, std::string_view domain)
{
    const std::string name(column);
    const auto backwards = reversed_name(domain);
    if (domain.starts_with('@')) {
        // 'A' follows '@' in ASCII: the range is every name that ends with "@<domain>".
        const auto after = backwards.substr(0, backwards.size() - 1) + 'A';
        return {"(" + name + " >= ? AND " + name + " < ?)", {backwards, after}};
    }
    // '/' follows '.': the same of ".<domain>".
    return {"(" + name + " = ? OR (" + name + " >= ? AND " + name + " < ?))",
            {backwards, backwards + '.', backwards + '/'}};
}

} // namespace chancery::db
