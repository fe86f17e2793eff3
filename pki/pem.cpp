#include "pki/pem.hpp"

#include "core/encoding.hpp"

namespace chancery::pki {

std::string to_pem(std::string_view der, std::string_view label)
{
    constexpr std::size_t kColumns = 64;
    const auto body = to_base64(der);
    std::string text = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < body.size(); at += kColumns) {
        text.append(body, at, kColumns);
        text += '\n';
    }
    text += "-----END " + std::string(label) + "-----\n";
    return text;
}

std::optional<std::vector<std::string>> from_pem(std::string_view text, std::string_view label)
{
    const std::string begin = "-----BEGIN " + std::string(label) + "-----";
    const std::string end = "-----END " + std::string(label) + "-----";
    std::vector<std::string> blocks;
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
        at += begin.size();
        const auto stop = text.find(end, at);
        if (stop == std::string_view::npos) {
            return std::nullopt;
        }
        std::string body;
        for (const char c : text.substr(at, stop - at)) {
            if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
                body += c;
            }
        }
        auto der = from_base64(body);
        if (!der || der->empty()) {
            return std::nullopt;
        }
        blocks.push_back(std::move(*der));
        at = stop + end.size();
    }
    return blocks;
}

} // namespace chancery::pki
