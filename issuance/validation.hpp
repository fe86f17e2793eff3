#pragma once

#include "core/model/x509.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::issuance {

/// Collects what is wrong with something an administrator writes, each with its pointer.
class Mistakes {
public:
    void add(std::string pointer, std::string code, std::string detail);
    /// Between `least` and `most` octets, no control characters.
    void check_text(std::string_view pointer, std::string_view text, std::size_t least, std::size_t most);
    void add_all(std::vector<FieldError> errors);
    /// http:// or https:// with a host, no spaces or control characters, 1024 octets at most.
    void check_http_url(std::string_view pointer, std::string_view url);
    void check_http_urls(std::string_view pointer, const std::vector<std::string>& urls);

    /// ValidationError with all of them, or nothing to object to.
    Result<void> result() const;

private:
    std::vector<FieldError> errors_;
};

/// What is wrong with the attributes beside the common name, each below "/subject": the upper bounds of RFC 5280
/// appendix A count characters, and a DirectoryString carries no control characters here.
std::vector<FieldError> mistakes_in_subject(const Subject& subject);

/// The problem of a document that is a part of another, at `pointer`: its own pointers begin there.
Problem at_pointer(std::string_view pointer, Problem problem);

} // namespace chancery::issuance
