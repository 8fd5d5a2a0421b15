#include "cli/commands/json_parts.hpp"
#include "cli/commands/verify/render.hpp"
#include "cli/store_reach.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::verify {
namespace {

namespace use = lifecycle::verify;
using json::Value;

Value tokens_json(const std::optional<std::uint64_t>& tokens) {
    return tokens ? Value(*tokens) : Value();
}

Value findings_json(const std::vector<use::Finding>& findings) {
    Value array = Value::array();
    for (const use::Finding& finding : findings) {
        Value object = Value::object();
        object.set("severity", use::to_string(finding.severity)).set("what", use::to_string(finding.what));
        object.set("text", finding.text);
        if (finding.layer) {
            object.set("layer", Value::object()
                                    .set("role", to_string(finding.layer->role))
                                    .set("digest", finding.layer->digest.text())
                                    .set("size", finding.layer->size.count()));
        }
        array.add(std::move(object));
    }
    return array;
}

Value count_json(const use::RowContent& count) {
    return Value::object()
        .set("blobs", count.blobs)
        .set("good", count.good)
        .set("bad", count.bad)
        .set("unread", count.unread)
        .set("remembered", count.remembered);
}

Value summary_json(const use::ContentSummary& summary) {
    return count_json(summary.count)
        .set("bytes_read", summary.read.count())
        .set("bytes_remembered", summary.remembered.count())
        .set("duration_s", in_seconds(summary.took));
}

Value row_json(const use::Row& row) {
    Value object = Value::object();
    object.set("name", row.name.display()).set("status", use::to_string(row.severity()));
    object.set("required", row.is_required).set("installed", row.installed.has_value());
    object.set("drift", rules::to_string(row.drift)).set("locked_digest", digest_json(row.locked));
    if (row.installed) {
        object.set("digest", digest_json(row.installed->digest)).set("size", row.installed->size.count());
        object.set("quantization", row.installed->quantization);
    }
    object.set("context", Value::object()
                              .set("declared", tokens_json(row.contexts.declared))
                              .set("supported", tokens_json(row.contexts.supported))
                              .set("served", tokens_json(row.contexts.served)));
    object.set("on_gpu", row.on_gpu ? Value(*row.on_gpu) : Value());
    object.set("content", row.content ? count_json(*row.content) : Value());
    return object.set("findings", findings_json(row.findings));
}

} // namespace

Value document(const use::Report& report, const std::optional<Search>& search, const std::optional<Repair>& repair,
               const std::optional<Reinstall>& reinstall, int status, Wiring& wiring) {
    Value document = ui::envelope("verify", 1, status);
    if (repair && repair->refusal) document.set("error", ui::error_json(*repair->refusal));
    if (reinstall && reinstall->refusal) document.set("error", ui::error_json(*reinstall->refusal));
    if (report.interrupted) document.set("interrupted", true);
    document.set("server", Value::object().set("url", wiring.endpoint().text()).set("version", report.server_version));
    document.set("manifest", manifest_json(wiring.manifest().origin));
    document.set("store", search ? store_json(search->report, search->ways) : Value());
    document.set("content", report.content ? summary_json(*report.content) : Value());
    document.set("repair", repair ? repair_json(*repair) : reinstall ? reinstall_json(*reinstall) : Value());
    Value models = Value::array();
    for (const use::Row& row : report.rows)
        models.add(row_json(row));
    return document.set("findings", findings_json(report.findings)).set("models", std::move(models));
}

} // namespace codemate::cli::verify
