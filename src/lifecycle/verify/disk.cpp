#include "lifecycle/verify/disk.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace codemate::lifecycle::verify {
namespace {

using What = Finding::What;
using Verdict = store::Checked::Verdict;

// "weights 6a0746a1ec1a (4.1 GB)"
std::string text_of(const Layer& layer) {
    return std::string(to_string(layer.role)) + " " + layer.digest.id() + " (" + to_string(layer.size) + ")";
}

// What comes of it when a layer is not there, or not whole (facts.md 4.6).
std::string_view broken_by_absence(LayerRole role) {
    switch (role) {
    case LayerRole::configuration:
    case LayerRole::template_text:
        return "the server does not list the model";
    case LayerRole::weights:
    case LayerRole::tensor:
    case LayerRole::projector:
    case LayerRole::adapter:
    case LayerRole::draft:
        return "the model does not run";
    default:
        return "the model cannot be shown, and does not run";
    }
}

std::string_view broken_by_damage(LayerRole role) {
    switch (role) {
    case LayerRole::configuration:
        return "the server may not list the model";
    case LayerRole::template_text:
        return "prompts are put together wrongly";
    case LayerRole::system:
    case LayerRole::messages:
        return "the model's instructions are not its own";
    case LayerRole::parameters:
        return "the model's settings are not its own";
    case LayerRole::license:
        return "the licence that is shown is not the model's";
    case LayerRole::weights:
    case LayerRole::tensor:
    case LayerRole::projector:
    case LayerRole::adapter:
    case LayerRole::draft:
        return "the model fails, or its answers are not its own";
    case LayerRole::other:
        break;
    }
    return "what uses it is not what it should be";
}

void add(Row& row, Severity severity, What what, std::string text, std::optional<Layer> layer = {}) {
    row.findings.push_back({severity, what, std::move(text), std::move(layer)});
}

Finding finding_of(const store::Flaw& flaw, const Layer& layer) {
    const std::string breaks(broken_by_absence(layer.role));
    const std::string whole = text_of(layer);
    switch (flaw.what) {
    case store::Flaw::What::missing:
        break;
    case store::Flaw::What::wrong_size:
        return {Severity::problem, What::layer_size,
                whole + " has " + std::to_string(flaw.found.count()) + " bytes instead of " +
                    std::to_string(flaw.expected.count()) + ": " + std::string(broken_by_damage(layer.role)),
                layer};
    case store::Flaw::What::no_file:
        // The server follows a link; codemate does not, so it cannot tell.
        if (flaw.type == store::Type::link) {
            return {Severity::note, What::unread, whole + " is a link, which codemate does not follow: not checked",
                    layer};
        }
        return {Severity::problem, What::layer_missing,
                whole + " is missing; in its place is " + std::string(to_string(flaw.type)) + ": " + breaks, layer};
    }
    return {Severity::problem, What::layer_missing, whole + " is missing: " + breaks, layer};
}

// A manifest whose layers Ollama does not know is listed all the same, as that of any artifact pushed to a registry.
bool has_weights(const Image& image) {
    return std::ranges::any_of(image.layers, [](const Layer& layer) {
        return layer.role == LayerRole::weights || layer.role == LayerRole::tensor;
    });
}

std::string without_weights(const Image& image) {
    std::set<std::string> types;
    for (const Layer& layer : image.layers) {
        if (layer.role == LayerRole::other) types.insert(layer.media_type);
    }
    const std::vector<std::string> shown(types.begin(), types.end());
    std::string text = "its manifest names no weights";
    if (!shown.empty()) text += ", but what Ollama does not know: " + printable(joined(shown, ", "), 200);
    return text;
}

// Ollama checks no media type: a layer of one that it does not know it fetches, keeps, and does not use.
std::vector<std::string> unknown_types(const Image& image) {
    std::vector<std::string> texts;
    const std::string& manifest = image.media_type;
    constexpr std::array known{"", "application/vnd.docker.distribution.manifest.v2+json",
                               "application/vnd.oci.image.manifest.v1+json"};
    if (std::ranges::find(known, manifest) == known.end())
        texts.push_back("its manifest calls itself " + quoted(manifest));
    for (const Layer& layer : image.layers) {
        if (layer.role != LayerRole::other || layer.media_type == "application/vnd.ollama.image.embed") continue;
        texts.push_back("its layer " + layer.digest.id() + " (" + to_string(layer.size) +
                        ") is of a type that Ollama "
                        "does not know and does not use: " +
                        quoted(layer.media_type));
    }
    return texts;
}

bool has_problem(const Row& row, const Digest& digest) {
    return std::ranges::any_of(row.findings, [&](const Finding& finding) {
        return finding.layer && finding.layer->digest == digest && finding.severity == Severity::problem;
    });
}

// What a check of the content adds to what is known of the layer from its file's facts.
std::optional<Finding> finding_of(const BlobContent& content, const Layer& layer) {
    const std::string whole = text_of(layer);
    switch (content.checked.verdict) {
    case Verdict::good:
    case Verdict::unchecked:
        return std::nullopt;
    case Verdict::wrong_digest:
        return Finding{Severity::problem, What::layer_damaged,
                       whole + " is damaged: " + std::string(broken_by_damage(layer.role)), layer};
    case Verdict::wrong_size:
        return Finding{Severity::problem, What::layer_size,
                       whole + " has not its size: " + std::string(broken_by_damage(layer.role)), layer};
    case Verdict::missing:
        return Finding{Severity::problem, What::layer_missing,
                       whole + " is missing: " + std::string(broken_by_absence(layer.role)), layer};
    case Verdict::unreadable:
    case Verdict::changed:
        break;
    }
    const std::string why = content.checked.error ? content.checked.error->message() : "it could not be read";
    return Finding{Severity::problem, What::unread, whole + " is not checked: " + why, layer};
}

} // namespace

DiskJudge::DiskJudge(const Facts& facts) : facts_(facts) {
    if (!facts.reach || !facts.reach->store) return;
    store_ = &*facts.reach->store;
    for (const store::Entry& entry : store_->inventory.models)
        entries_.emplace(entry.name, &entry);
    for (const store::Oddity& oddity : store_->inventory.oddities) {
        if (oddity.name) oddities_.emplace(*oddity.name, &oddity);
    }
}

void DiskJudge::judge(Row& row, const Subject& subject) const {
    if (store_ == nullptr) return judge_without_files(row, subject);
    if (const auto entry = entries_.find(subject.name); entry != entries_.end()) {
        judge_entry(row, subject, *entry->second);
    } else if (const auto oddity = oddities_.find(subject.name); oddity != oddities_.end()) {
        judge_oddity(row, *oddity->second);
    } else if (subject.installed) {
        add(row, Severity::problem, What::not_on_disk, "the server lists it, but it is not in " + store_->path);
    }
}

// By what the server says.
void DiskJudge::judge_without_files(Row& row, const Subject& subject) {
    for (const Layer& layer : subject.lacking) {
        row.findings.push_back({Severity::problem, What::layer_missing,
                                text_of(layer) + " is missing: " + std::string(broken_by_absence(layer.role)), layer});
    }
    if (subject.installed || !subject.unreadable) return;
    std::erase_if(row.findings, [](const Finding& finding) { return finding.what == What::absent; });
    add(row, Severity::problem, What::unlisted, "is on the server, which does not list it");
}

void DiskJudge::judge_entry(Row& row, const Subject& subject, const store::Entry& entry) const {
    const auto& installed = subject.installed;
    if (!installed) {
        std::erase_if(row.findings, [](const Finding& finding) { return finding.what == What::absent; });
        add(row, Severity::problem, What::unlisted, "is on the disk, but the server does not list it");
    } else if (installed->digest && !entry.has_digest(*installed->digest)) {
        add(row, Severity::problem, What::not_on_disk,
            "the server lists " + installed->digest->id() + ", but " + entry.image.digest.id() + " is in " +
                store_->path);
    }
    if (!(installed && installed->cloud()) && !has_weights(entry.image))
        add(row, Severity::problem, What::no_weights, without_weights(entry.image));
    else
        for (std::string& text : unknown_types(entry.image))
            add(row, Severity::note, What::media_type, std::move(text));
    const std::vector<Layer> blobs = entry.image.blobs();
    for (const store::Flaw& flaw : entry.flaws) {
        const auto layer = std::ranges::find(blobs, flaw.blob, &Layer::digest);
        if (layer != blobs.end()) row.findings.push_back(finding_of(flaw, *layer));
    }
    if (facts_.content) judge_content(row, entry);
}

void DiskJudge::judge_oddity(Row& row, const store::Oddity& oddity) const {
    using Odd = store::Oddity::What;
    const std::string why = printable(oddity.why);
    switch (oddity.what) {
    case Odd::empty_manifest:
    case Odd::damaged_manifest:
        add(row, Severity::problem, What::manifest,
            "its manifest is damaged (" + why + "): the server does not list it");
        break;
    case Odd::dangling_manifest:
        add(row, Severity::problem, What::manifest, "its manifest is a link that leads nowhere");
        break;
    default: // a link, or something that codemate may not read
        add(row, facts_.deep ? Severity::problem : Severity::note, What::unread,
            "its files are not checked: of its manifest, " + why);
    }
}

void DiskJudge::judge_content(Row& row, const store::Entry& entry) const {
    RowContent count;
    for (const Layer& layer : entry.image.blobs()) {
        ++count.blobs;
        const BlobContent* const content = facts_.content->find(layer.digest);
        if (content == nullptr) continue;
        const std::optional<Finding> finding = finding_of(*content, layer);
        if (finding && finding->what == What::unread)
            ++count.unread;
        else if (finding)
            ++count.bad;
        else if (content->checked.verdict == Verdict::good)
            ++count.good;
        if (content->remembered) ++count.remembered;
        if (!finding || has_problem(row, layer.digest)) continue;
        std::erase_if(row.findings,
                      [&](const Finding& each) { return each.layer && each.layer->digest == layer.digest; });
        row.findings.push_back(*finding);
    }
    row.content = count;
}

void DiskJudge::judge_rest(Report& report) const {
    judge_reach(report);
    if (store_ == nullptr || facts_.targeted) return;
    judge_others(report);
    judge_oddities(report);
}

void DiskJudge::judge_reach(Report& report) const {
    if (!facts_.reach) return;
    const std::string& doubt = facts_.reach->doubt;
    if (store_ != nullptr) {
        if (!doubt.empty()) {
            report.findings.push_back(
                {Severity::note, What::store,
                 store_->path + " is used because it was named; it may be another server's: " + doubt});
        }
        return;
    }
    if (facts_.deep)
        report.findings.push_back({Severity::problem, What::unread, "the content is not checked: " + doubt});
    else if (!facts_.installed.empty())
        report.findings.push_back({Severity::note, What::store, "disk: not checked, " + doubt});
}

// Models that nobody asked for: what is wrong with them is told, and is no failure of what is required.
void DiskJudge::judge_others(Report& report) const {
    std::set<ModelName, ServerOrder> subjects;
    for (const Subject& subject : facts_.subjects)
        subjects.insert(subject.name);
    std::set<ModelName, ServerOrder> listed;
    for (const ollama::Installed& model : facts_.installed)
        listed.insert(model.name);
    const auto note = [&](What what, const ModelName& name, const std::string& text) {
        if (!subjects.contains(name))
            report.findings.push_back({Severity::note, what, printable(name.display()) + ": " + text});
    };
    for (const auto& [name, entry] : entries_) {
        if (!listed.contains(name)) note(What::unlisted, name, "is on the disk, but the server does not list it");
        const std::vector<Layer> blobs = entry->image.blobs();
        for (const store::Flaw& flaw : entry->flaws) {
            const auto layer = std::ranges::find(blobs, flaw.blob, &Layer::digest);
            if (layer == blobs.end()) continue;
            const Finding finding = finding_of(flaw, *layer);
            note(finding.what, name, finding.text);
        }
    }
    for (const ollama::Installed& model : facts_.installed) {
        if (!entries_.contains(model.name) && !oddities_.contains(model.name))
            note(What::not_on_disk, model.name, "the server lists it, but it is not in " + store_->path);
    }
}

void DiskJudge::judge_oddities(Report& report) const {
    std::set<ModelName, ServerOrder> subjects;
    for (const Subject& subject : facts_.subjects)
        subjects.insert(subject.name);
    bool cleans = true;
    for (const store::Oddity& oddity : store_->inventory.oddities) {
        cleans = cleans && !oddity.stops_cleaning();
        const bool of_manifest = oddity.name.has_value() || oddity.stops_cleaning();
        const bool unread = oddity.what == store::Oddity::What::unreadable;
        if ((!of_manifest && !unread) || (oddity.name && subjects.contains(*oddity.name))) continue;
        report.findings.push_back({Severity::note, unread ? What::unread : What::manifest,
                                   quoted(oddity.path) + ": " + printable(oddity.why)});
    }
    if (!cleans) {
        report.findings.push_back({Severity::note, What::store,
                                   "as long as a manifest is damaged the server removes nothing unused at its start"});
    }
}

} // namespace codemate::lifecycle::verify
