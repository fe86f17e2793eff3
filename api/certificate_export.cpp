#include "api/certificate_export.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
#include "api/certificate_filter.hpp"
#include "api/certificates.hpp"
#include "api/context.hpp"
#include "api/problem.hpp"
#include "db/repositories/custom_field_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/visibility.hpp"
#include "server/http/accept.hpp"

#include <memory>

namespace chancery::api::certificate_export {
namespace {

constexpr int kRowsOfAPiece = 500;

enum class Format { Csv, Ndjson };

constexpr std::string_view kMediaTypes[] = {"text/csv", "application/x-ndjson"};

constexpr std::string_view kColumns[] = {"id",
                                         "common_name",
                                         "subject_alternative_names",
                                         "issuer",
                                         "authority_id",
                                         "provider_id",
                                         "algorithm",
                                         "digest",
                                         "valid_from",
                                         "valid_to",
                                         "status",
                                         "source",
                                         "fingerprint_sha256",
                                         "serial_number",
                                         "revoked_at",
                                         "revocation_reason",
                                         "has_private_key",
                                         "order_id",
                                         "renewed_from",
                                         "renewed_to",
                                         "requester_type",
                                         "requester_id",
                                         "tags",
                                         "owner_type",
                                         "owner",
                                         "created_at"};

std::string time_text(const std::optional<Time>& time)
{
    return time ? to_rfc3339(*time, true) : std::string();
}

std::vector<std::string> cells_of(const Certificate& one, Time now)
{
    std::string names;
    for (const auto& name : one.names) {
        names += (names.empty() ? "" : " ") + std::string(name_of(name.type)) + ':' + name.value;
    }
    const auto reason =
        one.revoked_at ? name_of(one.revocation_reason.value_or(RevocationReason::Unspecified)) : std::string_view();
    return {one.id,
            one.common_name,
            names,
            one.issuer,
            one.authority_id.value_or(""),
            one.provider_id.value_or(""),
            one.algorithm,
            std::string(name_of(one.digest)),
            time_text(one.valid_from),
            time_text(one.valid_to),
            std::string(name_of(one.status(now))),
            std::string(name_of(one.source)),
            one.fingerprint_sha256,
            one.serial_number,
            time_text(one.revoked_at),
            std::string(reason),
            one.has_private_key ? "true" : "false",
            one.order_id.value_or(""),
            one.renewed_from.value_or(""),
            one.renewed_to.value_or(""),
            one.requester_type,
            one.requester_id,
            join(one.tags, " "),
            one.owner_type,
            one.owner,
            time_text(one.created_at)};
}

void add_line(std::string& out, const std::vector<std::string>& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i) {
        out += (i == 0 ? "" : ",") + csv_field(cells[i]);
    }
    out += "\r\n";
}

/// What is exported: fixed when it begins.
struct Plan {
    Format format = Format::Csv;
    db::CertificateFilter filter{};
    Paging paging{};
    std::vector<std::string> custom_fields{};
};

/// One export on its way. Each piece is a transaction of its own, in which the caller is looked at again: who lost the
/// right, or whose token ended, gets no further piece.
class Export {
public:
    Export(Services& services, const Route& route, const http::Request& request, Plan plan)
        : services_(services), route_(route), request_(request), plan_(std::move(plan))
    {
        plan_.paging.request.limit = kRowsOfAPiece;
    }

    http::Awaitable<std::optional<std::string>> next();

private:
    std::string header() const;
    std::string lines_of(const std::vector<Certificate>& rows) const;
    std::string line_of(const Certificate& one) const;

    Services& services_;
    const Route& route_;
    http::Request request_;
    Plan plan_;
    bool started_ = false;
    bool done_ = false;
};

http::Awaitable<std::optional<std::string>> Export::next()
{
    if (!started_) {
        started_ = true;
        if (plan_.format == Format::Csv) {
            co_return header();
        }
    }
    if (done_) {
        co_return std::nullopt;
    }
    const auto reading = [this](db::Session& session) -> Result<std::vector<Certificate>> {
        CHANCERY_TRY(caller, recheck_caller(services_, route_, request_, session));
        auto filter = plan_.filter;
        for (auto& node : issuance::inventory::visible_to(services_.core, session, caller)) {
            filter.where.push_back(std::move(node));
        }
        return db::CertificateRepository(session).list(filter, certificates::sort_of(plan_.paging.sort),
                                                       plan_.paging.request);
    };
    const auto rows = co_await services_.core.store.read(reading);
    if (!rows) {
        throw std::runtime_error("the right to export has ended: " + rows.error().detail);
    }
    done_ = rows->size() < static_cast<std::size_t>(kRowsOfAPiece);
    if (rows->empty()) {
        co_return std::nullopt;
    }
    plan_.paging.request.after = certificates::position_of(rows->back(), certificates::sort_of(plan_.paging.sort));
    co_return lines_of(*rows);
}

std::string Export::header() const
{
    std::vector<std::string> names(std::begin(kColumns), std::end(kColumns));
    for (const auto& name : plan_.custom_fields) {
        names.push_back("custom." + name);
    }
    std::string line;
    add_line(line, names);
    return line;
}

std::string Export::line_of(const Certificate& one) const
{
    auto cells = cells_of(one, plan_.filter.now);
    json::Reader values(one.custom_fields);
    for (const auto& name : plan_.custom_fields) {
        cells.push_back(values.is_string(name) ? values.string(name) : values.raw(name).value_or(""));
    }
    std::string line;
    add_line(line, cells);
    return line;
}

std::string Export::lines_of(const std::vector<Certificate>& rows) const
{
    std::string lines;
    for (const auto& one : rows) {
        if (plan_.format == Format::Csv) {
            lines += line_of(one);
            continue;
        }
        json::Writer out;
        certificates::write_certificate(out, one, plan_.filter.now);
        lines += out.take() + '\n';
    }
    return lines;
}

/// The member `format` wins over Accept.
Format read_format(QueryReader& query, const http::Request& request)
{
    if (const auto named = query.text("format")) {
        if (*named != "csv" && *named != "ndjson") {
            query.reject("format", "enum", "must be one of csv, ndjson");
        }
        return *named == "ndjson" ? Format::Ndjson : Format::Csv;
    }
    return http::preferred(request.header("accept"), kMediaTypes).value_or(0) == 1 ? Format::Ndjson : Format::Csv;
}

/// Reads what is wanted and records that it was asked for.
Result<Plan> begin(Services& services, const Route& route, const http::Request& request, db::UnitOfWork& work)
{
    const auto now = services.core.clock.now();
    CHANCERY_TRY(caller, admit_caller(services, route, request, work));
    const Call call{.services = services, .request = request, .caller = caller, .now = now};
    QueryReader query(request);
    Plan plan{.format = read_format(query, request), .paging = read_sort_only(call, query, certificates::sorts())};
    plan.filter = certificates::read_filter(call, work, query);
    CHANCERY_CHECK(query.finish());
    for (const auto& field : db::CustomFieldRepository(work).list()) {
        plan.custom_fields.push_back(field.name);
    }
    auto details = json::Writer()
                       .begin_object()
                       .member("format", plan.format == Format::Csv ? "csv" : "ndjson")
                       .member("target", request.target.substr(0, 2000))
                       .end_object()
                       .take();
    issuance::audit::record(work, caller, now, issuance::audit::kInventoryExported, {}, std::move(details));
    return plan;
}

} // namespace

std::string csv_field(std::string_view text)
{
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string field;
    if (!text.empty() && kFormula.contains(text.front())) {
        field += '\'';
    }
    field += text;
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
        return field;
    }
    std::string quoted = "\"";
    for (const char c : field) {
        quoted += c;
        if (c == '"') {
            quoted += c;
        }
    }
    return quoted + '"';
}

http::Awaitable<http::Response> stream(Services& services, const Route& route, const http::Request& request)
{
    const bool named = request.query_value("format").has_value();
    if (!named && !http::preferred(request.header("accept"), kMediaTypes)) {
        co_return problem_response(request, kNotAcceptable, "this is available as text/csv or application/x-ndjson");
    }
    const auto beginning = [&](db::UnitOfWork& work) { return begin(services, route, request, work); };
    auto plan = co_await services.core.store.write(beginning);
    if (!plan) {
        co_return finish(request, std::unexpected(std::move(plan).error()));
    }
    const bool csv = plan->format == Format::Csv;
    const auto running = std::make_shared<Export>(services, route, request, *std::move(plan));
    http::Response response;
    response.stream = [running] { return running->next(); };
    response.with("Content-Type", csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson");
    response.with("Content-Disposition",
                  std::string("attachment; filename=\"certificates.") + (csv ? "csv\"" : "ndjson\""));
    co_return finish(request, Answer(std::move(response)));
}

} // namespace chancery::api::certificate_export
