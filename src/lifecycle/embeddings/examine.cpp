#include "lifecycle/embeddings/rules.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::embeddings {
namespace {

using What = Finding::What;

std::string name_of(const Facts& facts) {
    return facts.model->display();
}

bool has_capability(const Facts& facts) {
    return std::ranges::find(facts.capabilities, "embedding") != facts.capabilities.end();
}

void check_role(const Facts& facts, Findings& findings) {
    const bool has_store = facts.manifest.vector_store.has_value();
    if (facts.model) {
        if (!has_store)
            findings.push_back({Severity::note, What::no_store,
                                "codemate.json declares no vector_store: only the model's own vectors are checked"});
        return;
    }
    if (!has_store) {
        findings.push_back({Severity::note, What::no_role,
                            "no role is called embedding and no vector_store is declared: there is nothing to check",
                            "`codemate use embedding NAME` names the model"});
        return;
    }
    findings.push_back({Severity::problem, What::no_role, "nothing says which model makes the vectors of the store",
                        "`codemate use embedding NAME` names it"});
}

// What is of the moment or of the server, not of the model: no connection, no memory, an answer of another kind.
bool is_of_server(Kind kind) {
    return worth_retrying(kind) || kind == Kind::storage || kind == Kind::protocol || kind == Kind::forbidden;
}

// S-03: many servers make vectors with any model, newer ones refuse those that they do not take for embedding models.
void check_capability(const Facts& facts, Findings& findings) {
    const bool lacks = !facts.capabilities.empty() && !has_capability(facts);
    if (facts.embed_failure) {
        const Error& error = *facts.embed_failure;
        if (is_of_server(error.kind())) {
            findings.push_back({Severity::problem, What::capability,
                                "the vectors of " + name_of(facts) + " were not seen: " + error.message(), error.hint(),
                                error.kind()});
            return;
        }
        std::string text = name_of(facts) + " makes no vectors: " + error.message();
        if (lacks) text += "; by its server it is for " + listed(facts.capabilities) + ", not for embedding";
        Finding finding{Severity::problem, What::capability, std::move(text), error.hint()};
        if (lacks)
            finding.hint = "give the role a model that is made for it: `codemate use embedding nomic-embed-text`";
        findings.push_back(std::move(finding));
        return;
    }
    if (lacks) {
        findings.push_back({Severity::warning, What::capability,
                            name_of(facts) + " makes vectors, but its server says that it is for " +
                                listed(facts.capabilities) + ", not for embedding: another version may refuse",
                            "models that are made for it make better vectors, too"});
    }
}

void check_server(const Facts& facts, Findings& findings) {
    if (facts.server_failure) {
        findings.push_back({Severity::problem, What::server, facts.server_failure->message(),
                            facts.server_failure->hint(), facts.server_failure->kind()});
        return;
    }
    if (!facts.installed) {
        findings.push_back({Severity::problem, What::absent, name_of(facts) + " is not installed",
                            "`codemate pull " + facts.model->display_short() + "` installs it"});
        return;
    }
    if (facts.installed->cloud()) {
        findings.push_back(
            {Severity::warning, What::capability,
             name_of(facts) + " runs elsewhere: what it is may change without notice, and was not asked"});
        return;
    }
    check_capability(facts, findings);
}

std::optional<std::size_t> dimension_of(const Facts& facts) {
    if (!facts.measured.empty() && !facts.measured.front().empty()) return facts.measured.front().size();
    if (facts.stated_dimension > 0) return facts.stated_dimension;
    return facts.locked ? rules::remembered_dimension(facts.locked->vectors) : std::nullopt;
}

// Why this model's vectors are not for the lock; empty: they are.
std::string unfit_for_lock(const Facts& facts) {
    if (!facts.locked) return name_of(facts) + " has no pin in the lock, so its vectors cannot be remembered";
    if (!facts.installed->digest || !facts.locked->is(*facts.installed->digest))
        return "what is installed as " + name_of(facts) +
               " is not what the lock pins, so its vectors are not remembered";
    return {};
}

std::string way_to_the_pin(const Facts& facts) {
    return facts.locked ? "`codemate pull " + facts.model->display_short() + "` brings back what is locked"
                        : "`codemate lock` pins it";
}

// The store itself says that it is this model's, by name and by dimension.
bool is_confirmed(const Report& report) {
    const auto counts = [](const Row& row) { return row.counts; };
    return std::ranges::any_of(report.rows, counts) && std::ranges::all_of(report.rows, [&](const Row& row) {
               return !row.counts || (row.agrees == true && row.same_model == true);
           });
}

// With its own, else with those of a model that had the role before: the store was built with that one, unless it says
// itself with which. Of several the one that fits, if any does.
void compare(const Facts& facts, Report& report) {
    if (facts.locked) report.vectors = rules::compare(facts.locked->vectors, facts.measured);
    if (is_confirmed(report)) return;
    for (const auto& [name, remembered] : facts.others) {
        const rules::VectorComparison seen = rules::compare(remembered, facts.measured);
        if (report.vectors_of && rules::is_problem(seen.verdict)) continue;
        report.vectors = seen;
        report.vectors_of = name;
    }
}

void check_vectors(const Facts& facts, Report& report, Findings& findings) {
    if (facts.measured.empty()) return;
    if (const auto flaw = rules::flaw_of(facts.measured)) {
        findings.push_back({Severity::problem, What::flaw, name_of(facts) + " gives " + *flaw,
                            "its content or the server is broken: `codemate verify --deep` tells"});
        return;
    }
    const std::string unfit = unfit_for_lock(facts);
    if (!unfit.empty()) {
        findings.push_back({Severity::note, What::pin, unfit, way_to_the_pin(facts)});
    }
    compare(facts, report);
    if (unfit.empty()) report.to_remember = rules::remember(facts.measured);
    if (!report.vectors) return;
    using Verdict = rules::VectorVerdict;
    const Verdict verdict = report.vectors->verdict;
    if (verdict == Verdict::first && unfit.empty() && report.store_disagrees) {
        findings.push_back(
            {Severity::note, What::pin,
             "the vectors of " + name_of(facts) + " are not remembered while the store does not agree with them",
             "once it is built anew: `codemate embeddings --accept-new-vectors`"});
    }
    if (verdict == Verdict::first || verdict == Verdict::same || verdict == Verdict::rounding) return;
    const std::string text =
        name_of(facts) + ": " + rules::explain(*report.vectors) +
        (report.vectors_of ? " (those of " + report.vectors_of->display() + ", which had the role before)" : "");
    if (!rules::is_problem(verdict)) {
        findings.push_back(
            {Severity::warning, What::vectors, text, "`codemate embeddings --accept-new-vectors` remembers them anew"});
        return;
    }
    if (verdict == Verdict::other_dimension && is_confirmed(report)) { // so these were another model's
        findings.push_back({Severity::warning, What::vectors, text,
                            "but the store itself is of this model: `codemate embeddings --accept-new-vectors` "
                            "remembers its vectors"});
        return;
    }
    const bool unreadable = verdict == Verdict::unreadable;
    report.must_rebuild = report.must_rebuild || (!unreadable && unfit.empty());
    findings.push_back({Severity::problem, What::vectors, text,
                        unreadable ? "`codemate embeddings --accept-new-vectors` writes them anew"
                        : unfit.empty()
                            ? "what was stored before does not agree with them: build the store anew, then `codemate "
                              "embeddings --accept-new-vectors`"
                            : way_to_the_pin(facts)});
}

std::size_t rank(const Finding& finding) {
    return static_cast<std::size_t>(finding.severity);
}

} // namespace

Report examine(const Facts& facts) {
    Report report;
    check_role(facts, report.findings);
    if (facts.model) {
        check_server(facts, report.findings);
        report.dimension = dimension_of(facts);
    }
    check_store(facts, report, report.findings);
    report.store_disagrees = report.must_rebuild;
    if (facts.model) check_vectors(facts, report, report.findings);
    std::ranges::stable_sort(report.findings, {}, rank);
    if (facts.model) {
        const rules::Seen seen = facts.chroma && !facts.in_volume ? rules::Seen::yes : rules::Seen::no;
        report.rebuild = rules::rebuild_with(facts.manifest, *facts.model, seen);
    }
    return report;
}

std::size_t Report::count(Severity severity) const {
    return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::problem:
        return "problem";
    case Severity::warning:
        return "warning";
    case Severity::note:
        break;
    }
    return "note";
}

std::string_view to_string(Finding::What what) {
    switch (what) {
    case What::no_role:
        return "no_role";
    case What::no_store:
        return "no_store";
    case What::server:
        return "server";
    case What::absent:
        return "absent";
    case What::capability:
        return "capability";
    case What::flaw:
        return "flaw";
    case What::vectors:
        return "vectors";
    case What::pin:
        return "pin";
    case What::dimension:
        return "dimension";
    case What::other_model:
        return "other_model";
    case What::collection:
        return "collection";
    case What::store:
        return "store";
    case What::store_behind:
        break;
    }
    return "store_behind";
}

} // namespace codemate::lifecycle::embeddings
