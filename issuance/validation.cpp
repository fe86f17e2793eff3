#include "issuance/validation.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace chancery::issuance {
namespace {

bool is_control(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

} // namespace

void Mistakes::add(std::string pointer, std::string code, std::string detail)
{
    errors_.push_back({.pointer = std::move(pointer), .code = std::move(code), .detail = std::move(detail)});
}

void Mistakes::add_all(std::vector<FieldError> errors)
{
    std::ranges::move(errors, std::back_inserter(errors_));
}

void Mistakes::check_text(std::string_view pointer, std::string_view text, std::size_t least, std::size_t most)
{
    if (text.size() < least || text.size() > most) {
        add(std::string(pointer), "length",
            "must have " + std::to_string(least) + " to " + std::to_string(most) + " octets");
    } else if (std::ranges::any_of(text, is_control)) {
        add(std::string(pointer), "format", "must not have control characters");
    }
}

void Mistakes::check_http_url(std::string_view pointer, std::string_view url)
{
    const bool http = url.starts_with("http://") || url.starts_with("https://");
    const auto host = http ? url.substr(url.find("//") + 2) : std::string_view();
    const bool clean = std::ranges::none_of(
        url, [](char c) { return is_control(c) || c == ' ' || static_cast<unsigned char>(c) > 0x7e; });
    if (host.empty() || host.starts_with('/') || !clean || url.size() > 1024) {
        add(std::string(pointer), "format", "must be an http or https URL of at most 1024 octets");
    }
}

void Mistakes::check_http_urls(std::string_view pointer, const std::vector<std::string>& urls)
{
    if (urls.size() > 8) {
        add(std::string(pointer), "length", "at most 8 URLs");
    }
    for (std::size_t i = 0; i < urls.size(); ++i) {
        check_http_url(std::string(pointer) + '/' + std::to_string(i), urls[i]);
    }
}

Result<void> Mistakes::result() const
{
    if (errors_.empty()) {
        return {};
    }
    Problem problem{.code = Code::ValidationError,
                    .detail = errors_.front().pointer + ' ' + errors_.front().detail + '.'};
    problem.errors = errors_;
    return refuse(std::move(problem));
}

std::vector<FieldError> mistakes_in_subject(const Subject& subject)
{
    std::vector<FieldError> found;
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (!subject.country.empty() && (subject.country.size() != 2 || !std::ranges::all_of(subject.country, is_letter))) {
        found.push_back({"/subject/country", "format", "The country is two capital letters (ISO 3166)."});
    }
    const std::tuple<std::string_view, const std::string&, std::size_t> texts[] = {
        {"organization", subject.organization, 64},
        {"organizational_unit", subject.organizational_unit, 64},
        {"state", subject.state, 128},
        {"locality", subject.locality, 128}};
    for (const auto& [member, text, most] : texts) {
        if (count_characters(text) > most || std::ranges::any_of(text, is_control)) {
            found.push_back({"/subject/" + std::string(member), "length",
                             "At most " + std::to_string(most) + " characters, and no control characters."});
        }
    }
    return found;
}

Problem at_pointer(std::string_view pointer, Problem problem)
{
    for (auto& error : problem.errors) {
        error.pointer.insert(0, pointer);
    }
    return problem;
}

} // namespace chancery::issuance
