#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/checkout/inside.hpp"
#include "codemate/lifecycle/release.hpp"

namespace codemate::lifecycle::release {
namespace {

constexpr ByteCount largest_changelog{16 * 1024 * 1024};

std::optional<std::string> read_changelog(const std::filesystem::path& path) {
    try {
        return read_file(path, largest_changelog);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return std::nullopt;
    }
}

void write_manifest(const Plan& plan, const Facts& facts, const Ports& ports, const Run& run) {
    ports.manifest.update(
        [&](const std::optional<std::string>& text) {
            if (text != facts.manifest_text)
                throw Error(Kind::failed,
                            ports.manifest.origin().display() + " has changed in the meantime; nothing was written")
                    .hint("the same again");
            return plan.manifest_text;
        },
        run.stop);
}

void write_changelog(const Plan& plan, const Facts& facts, const Ports& ports, const Run& run) {
    const FileLock lock(ports.changelog, run.stop);
    if (read_changelog(ports.changelog) != facts.changelog)
        throw Error(Kind::failed, "the changelog has changed in the meantime").hint("the same again");
    write_file_atomically(ports.changelog, *plan.changelog);
}

} // namespace

Facts gather(const manifest::Lock& lock, const Ports& ports, const Run& run) {
    throw_if_stopped(run.stop);
    const manifest::Origin& origin = ports.manifest.origin();
    checkout::refuse_outside(origin.path.parent_path(), ports.changelog);
    checkout::refuse_outside(origin.path.parent_path(), ports.releases.path());
    const std::optional<std::string> text = ports.manifest.read();
    if (!text) throw Error(Kind::not_found, "there is no " + origin.display()).hint("`codemate init` writes one");
    manifest::Parsed parsed = manifest::parse(*text, origin);
    if (!parsed.problems.empty()) throw manifest::to_error(origin, parsed.problems);
    return {std::move(parsed.manifest), *text, lock, ports.releases.load(), read_changelog(ports.changelog)};
}

Report execute(const manifest::Lock& lock, const Options& options, const Ports& ports, const Run& run) {
    std::optional<Report> report;
    const std::string project = gather(lock, ports, run).manifest.project;
    ports.releases.update(
        [&](const std::string& text) {
            Facts facts = gather(lock, ports, run);
            facts.releases = manifest::parse_releases(text).releases;
            report = Report{plan(facts, options), {}};
            const Plan& plan = report->plan;
            throw_if_stopped(run.stop);
            if (plan.manifest_changes) {
                write_manifest(plan, facts, ports, run);
                report->written.push_back(ports.manifest.origin().path);
            }
            if (plan.changelog && plan.changelog != facts.changelog) {
                write_changelog(plan, facts, ports, run);
                report->written.push_back(ports.changelog);
            }
            return manifest::with_release(text, plan.release);
        },
        project, run.stop);
    report->written.push_back(ports.releases.path());
    return *std::move(report);
}

} // namespace codemate::lifecycle::release
