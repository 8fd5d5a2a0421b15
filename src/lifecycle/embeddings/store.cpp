#include "lifecycle/embeddings/rules.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::embeddings {
namespace {

using What = Finding::What;

std::string numbers(std::uint64_t dimension) {
    return counted(dimension, "number");
}

// Nothing where the store names no model, or none that could be one of this server.
std::optional<bool> is_same_model(const vector_store::Collection& collection, const std::optional<ModelName>& model) {
    if (collection.model.empty() || !model) return std::nullopt;
    try {
        return ModelName::parse(collection.model).same_on_server(*model);
    } catch (const Error&) { // no name at all, so not this one
        return false;
    }
}

Row row_of(const vector_store::Collection& collection, const Facts& facts, const Report& report) {
    Row row{.collection = collection};
    const std::string& wanted = facts.manifest.vector_store->collection;
    row.counts = wanted.empty() || wanted == collection.name;
    if (collection.dimension && report.dimension) row.agrees = *collection.dimension == *report.dimension;
    row.same_model = is_same_model(collection, facts.model);
    return row;
}

void check_row(const Row& row, const Facts& facts, Report& report, Findings& findings) {
    const std::string name = "the collection " + quoted(row.collection.name, 100);
    const std::optional<std::uint64_t> declared = facts.manifest.vector_store->dimension;
    if (declared && row.collection.dimension && *declared != *row.collection.dimension) {
        findings.push_back({Severity::problem, What::dimension,
                            name + " holds vectors of " + numbers(*row.collection.dimension) +
                                ", and codemate.json says " + std::to_string(*declared),
                            "change /vector_store/dimension, or name the collection that is meant"});
    }
    if (row.agrees == false) {
        report.must_rebuild = true;
        findings.push_back({Severity::problem, What::dimension,
                            name + " was built with vectors of " + numbers(*row.collection.dimension) + ", and " +
                                facts.model->display() + " makes vectors of " + std::to_string(*report.dimension),
                            "build the store anew, or give the role back the model that it was built with"});
    }
    if (row.same_model == false) {
        report.must_rebuild = true;
        findings.push_back({Severity::problem, What::other_model,
                            name + " says that " + quoted(row.collection.model, 100) +
                                " makes its vectors, and the embedding role has " + facts.model->display() +
                                ": two embedding models, one store",
                            "use one of them everywhere"});
    }
}

// Whether it is not there is no problem: a fresh checkout has none.
void check_failure(const Facts& facts, Findings& findings) {
    const Error& error = *facts.store_failure;
    switch (error.kind()) {
    case Kind::not_found: {
        const std::string& volume = facts.manifest.vector_store->volume;
        findings.push_back(
            {Severity::warning, What::store, error.message() + ": the store was not looked at",
             volume.empty()
                 ? "where it is in a named volume of Docker, say so: \"volume\" in vector_store"
                 : "it may be in the volume " + printable(volume, 100) + ", which cannot be looked into from here"});
        return;
    }
    case Kind::unsupported:
        findings.push_back({Severity::warning, What::store, error.message(), error.hint()});
        return;
    case Kind::damaged:
    case Kind::storage:
        findings.push_back({Severity::problem, What::store, error.message(), error.hint(), Kind::storage});
        return;
    default:
        findings.push_back({Severity::problem, What::store, error.message(), error.hint()});
    }
}

void check_declared(const Facts& facts, Report& report, Findings& findings) {
    const std::optional<std::uint64_t> declared = facts.manifest.vector_store->dimension;
    if (!declared || !report.dimension || *declared == *report.dimension) return;
    report.must_rebuild = true;
    findings.push_back({Severity::problem, What::dimension,
                        "codemate.json says that the store holds vectors of " + numbers(*declared) + ", and " +
                            facts.model->display() + " makes vectors of " + std::to_string(*report.dimension),
                        "build the store anew and change /vector_store/dimension, or give the role another model"});
}

void check_collections(const Facts& facts, Report& report, Findings& findings) {
    for (const vector_store::Collection& collection : facts.chroma->collections) {
        report.rows.push_back(row_of(collection, facts, report));
        if (report.rows.back().counts) check_row(report.rows.back(), facts, report, findings);
    }
    const std::string& wanted = facts.manifest.vector_store->collection;
    if (wanted.empty() || std::ranges::any_of(report.rows, &Row::counts)) return;
    std::vector<std::string> names;
    for (const Row& row : report.rows)
        names.push_back(row.collection.name);
    const auto near = nearest(wanted, names);
    findings.push_back({Severity::problem, What::collection, "the store has no collection " + quoted(wanted, 100),
                        near            ? "did you mean " + quoted(*near, 100) + "?"
                        : names.empty() ? "it has none at all yet"
                                        : "it has " + printable(listed(names), 300)});
}

} // namespace

void check_store(const Facts& facts, Report& report, Findings& findings) {
    if (!facts.manifest.vector_store) return;
    check_declared(facts, report, findings);
    if (facts.store_failure) check_failure(facts, findings);
    if (!facts.chroma) return;
    check_collections(facts, report, findings);
    if (facts.chroma->behind) {
        findings.push_back({Severity::note, What::store_behind,
                            "a program has the store open in WAL mode: what it wrote last is not seen here",
                            "stop it to see all"});
    }
}

} // namespace codemate::lifecycle::embeddings
