#include "lifecycle/docs/measured.hpp"
#include "lifecycle/docs/writing.hpp"

#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/checkout/inside.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::lifecycle::docs {
namespace {

namespace fs = std::filesystem;

constexpr ByteCount largest{4 * 1024 * 1024};
constexpr std::string_view place = "docs/MODEL_VERSIONS.md";

std::optional<std::string> read_if_there(const fs::path& path) {
    try {
        return read_file(path, largest);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return std::nullopt;
    }
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

Error broken(const std::string& shown, const std::vector<Mistake>& mistakes) {
    Error error(Kind::manifest, shown + " has " + counted(mistakes.size(), "mistake") + " in its markers");
    for (const Mistake& mistake : mistakes)
        error.note("line " + std::to_string(mistake.line) + ": " + mistake.text);
    return error.hint(
        "each part begins with <!-- codemate:begin NAME --> and ends with <!-- codemate:end NAME -->, on lines "
        "of their own");
}

Error without_markers(const std::string& shown) {
    return Error(Kind::refused, shown + " has no part that codemate could write, and what people wrote is left alone")
        .hint("put the lines <!-- codemate:begin history --> and <!-- codemate:end history --> where the history shall "
              "stand (`codemate docs --help` names the parts), or move the file away: codemate then writes all of it");
}

void make_directory(const fs::path& directory) {
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure)
        throw Error(Kind::storage,
                    "cannot make the directory " + quoted(directory.string()) + ": " + failure.message());
}

} // namespace

fs::path document_path(const manifest::Origin& origin) {
    return origin.is_built_in() ? fs::path() : origin.path.parent_path() / place;
}

std::string document_shown(const manifest::Origin& origin) {
    return printable((fs::path(origin.shown).parent_path() / place).string());
}

Facts gather(const manifest::Manifest& manifest, std::optional<manifest::Lock> lock, const Ports& ports,
             const Run& run) {
    throw_if_stopped(run.stop);
    Facts facts{manifest, std::move(lock), ports.releases.load(), manifest::load_stated_speeds(manifest.origin)};
    if (ports.document.empty()) return facts;
    facts.document = read_if_there(ports.document);
    const fs::path beside = ports.document.parent_path().parent_path();
    for (const auto& [title, target] : manifest.about.references) {
        if (!is_url(target) && is_there(beside / target)) facts.present.insert(target);
    }
    return facts;
}

std::vector<state::Benchmark> measured_here(const Ports& ports) {
    if (ports.memory == nullptr) return {};
    try {
        return ports.memory->entries();
    } catch (const Error&) {
        return {}; // losing it loses memory only
    }
}

Plan plan(const Facts& facts, const std::vector<state::Benchmark>& here) {
    Plan plan;
    Facts with_measured = facts;
    plan.measured = merged(facts, here, plan.recorded);
    if (plan.recorded > 0) with_measured.releases.measured = plan.measured;
    plan.composed = compose(facts.document, sections(with_measured));
    const std::string shown = document_shown(facts.manifest.origin);
    if (!plan.composed.mistakes.empty()) throw broken(shown, plan.composed.mistakes);
    if (!plan.composed.has_markers) throw without_markers(shown);
    plan.writes = facts.document != plan.composed.text;
    return plan;
}

Report execute(const manifest::Manifest& manifest, const std::optional<manifest::Lock>& lock, const Ports& ports,
               const Run& run) {
    const fs::path project = manifest.origin.path.parent_path();
    checkout::refuse_outside(project, ports.document);
    checkout::refuse_outside(project, ports.releases.path());
    Report report{plan(gather(manifest, lock, ports, run), measured_here(ports))}; // refuses before anything is written
    if (report.plan.recorded > 0) {
        ports.releases.update(
            [&](const std::string& text) {
                Facts facts = gather(manifest, lock, ports, run);
                facts.releases = manifest::parse_releases(text).releases;
                report.plan = plan(facts, measured_here(ports));
                return report.plan.recorded == 0 ? text : manifest::with_measured(text, report.plan.measured);
            },
            manifest.project, run.stop);
        report.wrote_history = true;
    }
    if (report.plan.recorded == 0 && !report.plan.writes) return report; // also where nothing can be written
    make_directory(ports.document.parent_path());
    const FileLock held(ports.document, run.stop);
    const std::size_t recorded = report.plan.recorded;
    report.plan = plan(gather(manifest, lock, ports, run), {});
    report.plan.recorded = recorded;
    if (!report.plan.writes) return report;
    write_file_atomically(ports.document, report.plan.composed.text);
    report.wrote_document = true;
    return report;
}

} // namespace codemate::lifecycle::docs
