#include "lifecycle/verify/disk.hpp"
#include "lifecycle/verify/expectations.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/verify.hpp"
#include "codemate/ollama/version.hpp"
#include "codemate/rules/loaded.hpp"

#include <algorithm>

namespace codemate::lifecycle::verify {
namespace {

using What = Finding::What;
using rules::Drift;

const ollama::Running* running_as(const Subject& subject, const Facts& facts) {
    if (!facts.running || !subject.installed) return nullptr;
    return rules::loaded_as(subject.name, subject.installed->digest, *facts.running);
}

std::string moved_text(const ollama::Installed& installed, const manifest::Locked& locked) {
    const bool requantized = !known_quantization(installed.quantization).empty() && !locked.quantization.empty() &&
                             !equal_ignoring_case(installed.quantization, locked.quantization);
    const auto in_brackets = [&](const std::string& quantization) {
        return requantized ? " (" + printable(quantization, 60) + ")" : "";
    };
    return "installed at " + installed.digest->id() + in_brackets(installed.quantization) + ", but locked at " +
           locked.digest.id() + in_brackets(locked.quantization);
}

void judge_presence(Row& row, const Subject& subject, const Facts& facts) {
    if (!subject.installed) {
        const bool locked = subject.locked.has_value();
        if (row.is_required)
            row.findings.push_back({Severity::problem, What::absent, "not installed"});
        else if (locked)
            row.findings.push_back({Severity::note, What::absent, "locked, but not installed"});
        return;
    }
    if (subject.installed->cloud()) {
        row.findings.push_back({Severity::note, What::unpinned, "a cloud model: its content is not on the server"});
    } else if (subject.locked && !subject.installed->digest) {
        row.findings.push_back({Severity::note, What::drift, "the server tells no digest of it"});
    } else if (row.drift == Drift::moved) {
        row.findings.push_back({Severity::problem, What::drift, moved_text(*subject.installed, *subject.locked)});
    } else if (row.drift == Drift::unpinned && row.is_required && facts.has_lock) {
        row.findings.push_back({Severity::note, What::unpinned, "not locked"});
    }
}

Row row_of(const Subject& subject, const Facts& facts, const DiskJudge& disk) {
    Row row{subject.name, subject.is_required};
    row.installed = subject.installed;
    if (subject.locked) row.locked = subject.locked->digest;
    const manifest::Locked* locked = subject.locked ? &*subject.locked : nullptr;
    if (subject.installed && !subject.installed->digest) row.drift = Drift::unpinned;
    if (!subject.installed || subject.installed->digest)
        row.drift = rules::drift(locked, subject.installed ? subject.installed->digest : std::nullopt);
    judge_presence(row, subject, facts);
    if (subject.unreadable)
        row.findings.push_back(
            {Severity::problem, What::unreadable, "the server cannot read it: " + subject.unreadable->message()});
    const ollama::Running* running = running_as(subject, facts);
    row.contexts = rules::contexts_of(subject.declared, subject.supported_context, running);
    if (running != nullptr && running->size > ByteCount()) row.on_gpu = running->size_vram >= running->size;
    judge_expectations(row, subject, running);
    disk.judge(row, subject);
    return row;
}

ContentSummary summary_of(const Content& content) {
    using Verdict = store::Checked::Verdict;
    ContentSummary summary;
    summary.took = content.took;
    for (const BlobContent& blob : content.blobs) {
        const Verdict verdict = blob.checked.verdict;
        const bool unread = verdict == Verdict::unreadable || verdict == Verdict::changed;
        const bool read = verdict == Verdict::good || verdict == Verdict::wrong_digest;
        ++summary.count.blobs;
        if (verdict == Verdict::good)
            ++summary.count.good;
        else if (unread)
            ++summary.count.unread;
        else if (verdict != Verdict::unchecked)
            ++summary.count.bad;
        if (blob.remembered) {
            ++summary.count.remembered;
            summary.remembered += blob.size;
        } else if (read) {
            summary.read += blob.size;
        }
    }
    return summary;
}

void judge_server(Report& report, const Facts& facts) {
    if (facts.required_version.empty()) return;
    const std::string version = printable(facts.server_version, 60);
    const std::optional<bool> good = ollama::fulfils(facts.server_version, facts.required_version);
    if (!good) {
        report.findings.push_back(
            {Severity::note, What::server,
             "the server calls itself " + version + ", which does not tell whether it is " + facts.required_version});
    } else if (!*good) {
        report.findings.push_back(
            {Severity::problem, What::server,
             "the server is Ollama " + version + ", the manifest wants " + facts.required_version});
    }
}

} // namespace

Severity Row::severity() const {
    Severity worst = Severity::ok;
    for (const Finding& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst;
}

std::size_t Report::count(Severity severity) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(rows, [&](const Row& row) { return row.severity() == severity; }));
}

bool Report::passed() const {
    const auto is_problem = [](const Finding& finding) { return finding.severity == Severity::problem; };
    return count(Severity::problem) == 0 && std::ranges::none_of(findings, is_problem);
}

std::vector<Kind> Report::failures() const {
    bool bad = false, unread = false;
    const auto look = [&](const Finding& finding) {
        if (finding.severity != Severity::problem) return;
        (finding.what == What::unread ? unread : bad) = true;
    };
    std::ranges::for_each(findings, look);
    for (const Row& row : rows)
        std::ranges::for_each(row.findings, look);
    std::vector<Kind> kinds;
    if (bad) kinds.push_back(Kind::check);
    if (unread) kinds.push_back(Kind::storage);
    return kinds;
}

Report examine(const Facts& facts) {
    Report report;
    report.server_version = facts.server_version;
    const DiskJudge disk(facts);
    for (const Subject& subject : facts.subjects)
        report.rows.push_back(row_of(subject, facts, disk));
    judge_server(report, facts);
    disk.judge_rest(report);
    if (facts.reach) {
        report.reach = Reach{{}, facts.reach->doubt};
        if (const auto& store = facts.reach->store) report.reach->store = Store{store->path, store->proven};
    }
    if (facts.content) {
        report.content = summary_of(*facts.content);
        report.interrupted = facts.content->interrupted;
        if (facts.content->forgotten) {
            report.findings.push_back({Severity::note, What::store,
                                       "what was found is not remembered: " + facts.content->forgotten->message()});
        }
    }
    if (!facts.has_lock && !report.rows.empty())
        report.findings.push_back({Severity::note, What::unpinned, "there is no lock: no digest is checked"});
    return report;
}

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::note:
        return "note";
    case Severity::problem:
        return "problem";
    case Severity::ok:
        break;
    }
    return "ok";
}

std::string_view to_string(Finding::What what) {
    switch (what) {
    case What::absent:
        break;
    case What::unreadable:
        return "unreadable";
    case What::drift:
        return "drift";
    case What::unpinned:
        return "unpinned";
    case What::size:
        return "size";
    case What::quantization:
        return "quantization";
    case What::context:
        return "context";
    case What::license:
        return "license";
    case What::gpu:
        return "gpu";
    case What::server:
        return "server";
    case What::manifest:
        return "manifest";
    case What::no_weights:
        return "no_weights";
    case What::media_type:
        return "media_type";
    case What::unlisted:
        return "unlisted";
    case What::not_on_disk:
        return "not_on_disk";
    case What::layer_missing:
        return "layer_missing";
    case What::layer_size:
        return "layer_size";
    case What::layer_damaged:
        return "layer_damaged";
    case What::unread:
        return "unread";
    case What::store:
        return "store";
    }
    return "absent";
}

} // namespace codemate::lifecycle::verify
