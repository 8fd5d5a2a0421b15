#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::lifecycle::docs {
namespace {

namespace fs = std::filesystem;

constexpr ByteCount largest{4 * 1024 * 1024};

void add_digest(const Digest& digest, std::set<std::string>& known) {
    known.insert(digest.hex());
    known.insert(digest.id());
}

std::set<std::string> known_digests(const Facts& facts) {
    std::set<std::string> known;
    const auto add = [&](const auto& models) {
        for (const auto& [name, locked] : models)
            add_digest(locked.digest, known);
    };
    if (facts.lock) add(facts.lock->models);
    for (const manifest::Release& release : facts.releases.releases)
        add(release.models);
    for (const manifest::MeasuredSpeed& speed : facts.releases.measured) {
        if (speed.digest) add_digest(*speed.digest, known);
    }
    return known;
}

Target look_at(const fs::path& path) {
    std::error_code failure;
    Target target{fs::exists(path, failure) && !failure, {}};
    if (!target.exists || path.extension() != ".md") return target;
    try {
        target.anchors = anchors_of(read_file(path, largest));
    } catch (const Error&) {
        // It is there; what cannot be read has no headings for us.
    }
    return target;
}

// Seen from the document; one that begins with a slash from the project's root, as code hosts show it.
std::map<std::string, Target> targets_of(std::string_view document, const fs::path& at) {
    std::map<std::string, Target> targets;
    const fs::path root = at.parent_path().parent_path();
    for (const std::string& path : local_links(document)) {
        const bool from_root = path.starts_with('/');
        targets[path] = look_at(from_root ? root / fs::path(path).relative_path() : at.parent_path() / path);
    }
    return targets;
}

constexpr std::string_view update_hint = "`codemate docs` brings it up to date";

void check_stale(const Facts& facts, std::vector<Finding>& findings) {
    const Composed composed = compose(facts.document, sections(facts));
    for (const Mistake& mistake : composed.mistakes)
        findings.push_back({Rule::stale, mistake.line, mistake.text, "correct the markers"});
    if (!composed.has_markers)
        findings.push_back({Rule::stale, 0, "it has no part that codemate writes", "`codemate docs` says what to do"});
    for (const std::string& name : composed.changed) {
        findings.push_back({Rule::stale, composed.first_difference.at(name),
                            "the part " + quoted(name) +
                                " is not what manifest, lock and history say; this line is the first that differs",
                            std::string(update_hint)});
    }
}

} // namespace

std::string_view to_string(Rule rule) {
    switch (rule) {
    case Rule::stale:
        return "document_stale";
    case Rule::placeholder:
        return "document_placeholder";
    case Rule::figure:
        return "document_figure";
    case Rule::link:
        break;
    }
    return "document_link";
}

std::vector<Finding> examine(const Facts& facts, const Ports& ports, const Run& run) {
    throw_if_stopped(run.stop);
    std::vector<Finding> findings;
    if (!facts.document) return {{Rule::stale, 0, "there is no such file", "`codemate docs` writes it"}};
    if (trimmed(*facts.document).empty()) return {{Rule::stale, 0, "it is empty", "`codemate docs` writes it"}};
    check_stale(facts, findings);
    check_placeholders(*facts.document, known_digests(facts), findings);
    check_figures(*facts.document, findings);
    check_links(*facts.document, targets_of(*facts.document, ports.document), findings);
    std::ranges::stable_sort(findings, {}, &Finding::line);
    return findings;
}

} // namespace codemate::lifecycle::docs
