#include "issuance/providers/settings.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "issuance/providers/url.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::issuance::providers {
namespace {

constexpr std::size_t kMostText = 1024;
constexpr std::size_t kMostPem = 64 * 1024;

const Field* find_field(ProviderKind kind, std::string_view name)
{
    const auto fields = fields_of(kind);
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

std::optional<std::string> objection_to_key(std::string_view pem)
{
    const auto key = pki::PrivateKey::from_pem(pem);
    return key ? std::nullopt : std::optional<std::string>("must be a PEM private key that is not encrypted");
}

std::optional<std::string> objection_to_certificates(std::string_view pem)
{
    const auto blocks = pki::from_pem(pem, "CERTIFICATE");
    const bool readable = blocks && !blocks->empty() && std::ranges::all_of(*blocks, [](const std::string& der) {
                              return pki::parse_certificate(der).has_value();
                          });
    return readable ? std::nullopt : std::optional<std::string>("must be one or more PEM certificates");
}

bool is_plain(std::string_view text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<std::string> objection_to(const Field& field, const std::string& text)
{
    const bool pem = field.form == FieldForm::Certificates || field.form == FieldForm::PrivateKey;
    if (text.empty() || text.size() > (pem ? kMostPem : kMostText)) {
        return "must have 1 to " + std::to_string(pem ? kMostPem : kMostText) + " octets";
    }
    if (!pem && !is_plain(text)) {
        return "must not have control characters";
    }
    switch (field.form) {
        case FieldForm::Url:
            return parse_url(text) ? std::nullopt : std::optional<std::string>("must be an https URL with a host");
        case FieldForm::Certificates:
            return objection_to_certificates(text);
        case FieldForm::PrivateKey:
            return objection_to_key(text);
        case FieldForm::Choice: {
            const auto choices = split(field.choices, ' ');
            return std::ranges::find(choices, text) != choices.end()
                       ? std::nullopt
                       : std::optional<std::string>("must be one of " + join(choices, ", "));
        }
        case FieldForm::Base64:
            return from_base64(text) ? std::nullopt : std::optional<std::string>("must be base64");
        case FieldForm::HostAndPort:
            return parse_host_and_port(text, 53) ? std::nullopt
                                                 : std::optional<std::string>("must be a host, or a host and a port");
        case FieldForm::Text:
        case FieldForm::Number:
            return std::nullopt;
    }
    return std::nullopt;
}

/// One thing that must hold between fields.
void check_together(ProviderKind kind, json::Reader& in, const Secrets& secrets)
{
    const auto together = [&](std::string_view first, std::string_view second) {
        const auto has = [&](std::string_view name) {
            return secrets.contains(name) || (in.has(name) && !in.is_null(name));
        };
        if (has(first) != has(second)) {
            in.reject(has(first) ? second : first, "required", "goes with " + std::string(has(first) ? first : second));
        }
    };
    if (kind == ProviderKind::Est) {
        together("username", "password");
        together("client_certificate", "client_key");
    }
    if (kind == ProviderKind::Acme) {
        together("eab_kid", "eab_hmac_key");
        together("tsig_key_name", "tsig_secret");
    }
}

/// What the chosen solver cannot do without.
void check_solver(json::Reader& in, const std::string& solver)
{
    const auto need = [&](std::string_view name) {
        if (!in.has(name) || in.is_null(name)) {
            in.reject(name, "required", "is required for " + solver);
        }
    };
    if (solver == "dns-01-rfc2136") {
        need("dns_server");
        need("tsig_key_name");
    } else if (solver == "dns-01-webhook") {
        need("webhook_url");
    }
}

/// Reads the fields that are no secrets; what is fine goes into `out`.
void read_plain(ProviderKind kind, json::Reader& in, json::Writer& out)
{
    for (const auto& field : fields_of(kind)) {
        if (field.secret) {
            continue;
        }
        if (field.form == FieldForm::Number) {
            const auto number = in.optional_integer(field.name);
            if (number && (*number < field.least || *number > field.most)) {
                in.reject(field.name, "range",
                          "must be within " + std::to_string(field.least) + " and " + std::to_string(field.most));
            }
            out.member_if(field.name, number);
        } else if (const auto text = in.optional_string(field.name)) {
            if (auto objection = objection_to(field, *text)) {
                in.reject(field.name, "format", std::move(*objection));
            }
            out.member(field.name, *text);
        }
        if (field.required && (!in.has(field.name) || in.is_null(field.name))) {
            in.reject(field.name, "required", "is required");
        }
    }
}

/// Whether the URL that a secret is sent to leads to another server than before.
bool goes_elsewhere(const Field& field, const std::string& before, const std::string& after)
{
    if (field.sent_to.empty()) {
        return false;
    }
    const auto url_in = [&](const std::string& configuration) {
        return parse_url(json::Reader(configuration).optional_string(field.sent_to).value_or(""));
    };
    const auto was = url_in(before);
    const auto is = url_in(after);
    return was && is ? !was->same_origin(*is) : was.has_value() != is.has_value();
}

/// A secret that stays was meant for the server that it went to: for another one it has to be given again.
void check_destinations(ProviderKind kind, json::Reader& in, const Secrets& before, const Secrets& secrets,
                        const std::string& stored, const std::string& merged)
{
    for (const auto& field : fields_of(kind)) {
        const auto had = before.find(field.name);
        const auto has = secrets.find(field.name);
        const bool stays = had != before.end() && has != secrets.end() && had->second.reveal() == has->second.reveal();
        if (stays && (!in.has(field.name) || in.string(field.name) == kMask) && goes_elsewhere(field, stored, merged)) {
            in.reject(field.name, "required",
                      "must be given again: by the new " + std::string(field.sent_to) +
                          " it would go to another server");
        }
    }
}

/// Takes the secrets out of what was written.
void read_secrets(ProviderKind kind, json::Reader& in, Secrets& secrets)
{
    for (const auto& field : fields_of(kind)) {
        if (!field.secret) {
            continue;
        }
        if (in.is_null(field.name)) {
            in.ignore(field.name);
            secrets.erase(std::string(field.name));
        } else if (auto text = in.optional_string(field.name)) {
            const bool masked = *text == kMask;
            if (masked && !secrets.contains(field.name)) {
                in.reject(field.name, "masked", "is not set, so the mask stands for nothing");
            } else if (!masked) {
                if (auto objection = objection_to(field, *text)) {
                    in.reject(field.name, "format", std::move(*objection));
                }
                secrets.insert_or_assign(std::string(field.name), Secret(std::move(*text)));
            }
        }
        if (field.required && !secrets.contains(field.name)) {
            in.reject(field.name, "required", "is required");
        }
    }
}

} // namespace

Result<Settings> merge_settings(ProviderKind kind, const std::string& stored, Secrets secrets, const std::string& patch)
{
    // A null in the patch clears: for a secret the merge must still show it, so secrets are read from the patch itself.
    CHANCERY_TRY(merged, json::merge_patch(stored, patch));
    json::Writer document;
    document.begin_object().begin_object("configuration");
    json::Reader plain(merged);
    json::Reader given(patch);
    for (const auto& name : plain.member_names()) {
        const auto* field = find_field(kind, name);
        if (field == nullptr || !field->secret) {
            document.raw_member(name, plain.raw(name).value_or("null"));
        }
    }
    for (const auto& name : given.member_names()) {
        const auto* field = find_field(kind, name);
        if (field != nullptr && field->secret) {
            document.raw_member(name, given.raw(name).value_or("null"));
        }
    }
    const Secret text(document.end_object().end_object().take());
    json::Reader root(text.reveal());
    auto in = root.object("configuration");
    json::Writer out;
    out.begin_object();
    read_plain(kind, in, out);
    const auto before = secrets;
    read_secrets(kind, in, secrets);
    check_destinations(kind, in, before, secrets, stored, merged);
    check_together(kind, in, secrets);
    if (kind == ProviderKind::Acme) {
        check_solver(in, in.optional_string("solver").value_or("http-01"));
    }
    CHANCERY_CHECK(root.finish());
    return Settings{.configuration = out.end_object().take(), .secrets = std::move(secrets)};
}

std::string shown_configuration(const Provider& provider, const Secrets& secrets)
{
    json::Reader in(provider.configuration);
    json::Writer out;
    out.begin_object();
    for (const auto& field : fields_of(provider.kind)) {
        if (field.secret) {
            out.member_or_null(field.name, secrets.contains(field.name) ? std::optional(std::string(kMask))
                                                                        : std::optional<std::string>());
        } else {
            out.raw_member(field.name, in.raw(std::string(field.name)).value_or("null"));
        }
    }
    return out.end_object().take();
}

} // namespace chancery::issuance::providers
