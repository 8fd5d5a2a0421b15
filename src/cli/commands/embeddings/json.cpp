#include "cli/commands/embeddings/render.hpp"
#include "cli/commands/json_parts.hpp"
#include "cli/commands/rebuild.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::embeddings {
namespace {

namespace use = lifecycle::embeddings;
using json::Value;

template<typename T>
Value or_null(const std::optional<T>& value) {
    return value ? Value(*value) : Value();
}

Value model_json(const use::Facts& facts, const use::Report& report) {
    if (!facts.model) return {};
    Value object = Value::object();
    object.set("name", facts.model->display());
    object.set("installed", digest_json(facts.installed ? facts.installed->digest : std::nullopt));
    object.set("locked", digest_json(facts.locked ? std::optional(facts.locked->digest) : std::nullopt));
    object.set("dimension", or_null(report.dimension)).set("measured", !facts.measured.empty());
    return object.set("capabilities", strings(facts.capabilities));
}

Value vectors_json(const use::Report& report) {
    if (!report.vectors) return {};
    const rules::VectorComparison& seen = *report.vectors;
    Value object = Value::object();
    if (report.vectors_of) object.set("of", report.vectors_of->display());
    return object.set("verdict", rules::to_string(seen.verdict))
        .set("distance", seen.distance)
        .set("length_changed", seen.length_changed)
        .set("dimension_before", seen.dimension_before)
        .set("dimension", seen.dimension);
}

Value row_json(const use::Row& row) {
    const vector_store::Collection& each = row.collection;
    Value object = Value::object();
    object.set("name", each.name).set("dimension", or_null(each.dimension)).set("embeddings", each.embeddings);
    if (!each.database.empty()) object.set("database", each.database);
    if (!each.function.empty()) object.set("function", each.function);
    if (!each.model.empty()) object.set("model", each.model);
    return object.set("counts", row.counts)
        .set("agrees", or_null(row.agrees))
        .set("same_model", or_null(row.same_model));
}

Value store_json(const use::Facts& facts, const use::Report& report) {
    if (!facts.chroma) return {};
    Value rows = Value::array();
    for (const use::Row& row : report.rows)
        rows.add(row_json(row));
    return Value::object()
        .set("directory", facts.directory.string())
        .set("in_volume", facts.in_volume)
        .set("version", facts.chroma->version)
        .set("behind", facts.chroma->behind)
        .set("collections", std::move(rows));
}

Value finding_json(const use::Finding& finding) {
    Value object = Value::object();
    object.set("severity", use::to_string(finding.severity)).set("what", use::to_string(finding.what));
    object.set("text", finding.text);
    if (!finding.hint.empty()) object.set("hint", finding.hint);
    return object;
}

} // namespace

Value document(const use::Facts& facts, const use::Report& report, int status) {
    Value document = ui::envelope("embeddings", 1, status);
    document.set("manifest", manifest_json(facts.manifest.origin));
    document.set("model", model_json(facts, report)).set("vectors", vectors_json(report));
    document.set("remembered", report.remembered).set("store", store_json(facts, report));
    Value findings = Value::array();
    for (const use::Finding& finding : report.findings)
        findings.add(finding_json(finding));
    document.set("findings", std::move(findings)).set("must_rebuild", report.must_rebuild);
    document.set("rebuild", rebuild_json(report.rebuild));
    return document.set("problems", report.count(use::Severity::problem))
        .set("warnings", report.count(use::Severity::warning))
        .set("notes", report.count(use::Severity::note));
}

} // namespace codemate::cli::embeddings
