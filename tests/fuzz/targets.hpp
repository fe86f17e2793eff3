#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// Whatever strangers send, given to the code that reads it first. Each function is one fuzz target, and is what the
/// tests run over the corpus too. It returns for every input whatsoever; a broken promise of the code under test, one
/// that no sanitizer would see, is an exception.
namespace chancery::fuzz {

void certificate(std::string_view input);
void csr(std::string_view input);
/// Subject and attributes of a request that is then signed: what no mutation of a signed one would ever reach.
void csr_content(std::string_view input);
/// What a name server answers to a dynamic update.
void dns_answer(std::string_view input);
/// A policy's expression, and two requests that it judges.
void expression(std::string_view input);
void issue_value(std::string_view input);
void json(std::string_view input);
void jwk(std::string_view input);
void jws(std::string_view input);
void name(std::string_view input);
void ocsp_request(std::string_view input);
/// What an EST server sends certificates in.
void pkcs7(std::string_view input);
/// Where a CA outside, or a redirect of it, leads.
void provider_url(std::string_view input);
/// Bytes of a connection to the server; the first octet says in pieces of which size they arrive.
void request(std::string_view input);
/// The same of a server that a validation asked.
void response(std::string_view input);

struct Target {
    std::string_view name{};
    void (*run)(std::string_view input) = nullptr;
};

/// All of the above by name.
std::span<const Target> targets();

/// A promise of the code under test.
inline void require(bool kept, const char* promise)
{
    if (!kept) {
        throw std::logic_error(std::string("broken promise: ") + promise);
    }
}

} // namespace chancery::fuzz
