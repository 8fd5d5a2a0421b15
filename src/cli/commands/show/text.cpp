#include "codemate/base/text.hpp"

#include "cli/commands/show/render.hpp"

#include "codemate/ui/blocks.hpp"

#include <algorithm>

namespace codemate::cli::show {
namespace {

namespace use = lifecycle::show;
using rules::Drift;
using ui::Blocks;
using upstream::State;

constexpr const char* not_known = "not known";

void add(Blocks& blocks, const std::string& name, const std::string& value) {
    if (!value.empty()) blocks.row({name, value});
}

std::string tokens(const std::optional<std::uint64_t>& count) {
    return count ? std::to_string(*count) : not_known;
}

std::string on_disk(const use::Report& report) {
    if (!report.on_disk) return not_known;
    const store::Footprint& footprint = *report.on_disk;
    return to_string(footprint.alone + footprint.shared) + ", of which " + to_string(footprint.alone) +
           " come free without it";
}

void add_model(Blocks& blocks, const use::Report& report) {
    blocks.begin("Model");
    blocks.row({"name", report.name.display()});
    if (!report.installed) {
        blocks.row({"installed", "no"});
        return;
    }
    const ollama::Installed& model = *report.installed;
    blocks.row({"id", model.digest ? model.digest->id() : not_known});
    if (model.digest) blocks.row({"digest", model.digest->text()});
    if (model.cloud()) {
        add(blocks, "content", "at " + (model.remote_host.empty() ? "another place" : model.remote_host));
    } else {
        blocks.row({"size", to_string(model.size)});
        blocks.row({"on the disk", on_disk(report)});
    }
    blocks.row({"modified", relative_to(report.now, model.modified)});
    add(blocks, "format", model.format);
    add(blocks, "family", model.family);
    add(blocks, "parameters", model.parameter_size);
    add(blocks, "quantization", model.quantization);
    add(blocks, "capabilities", joined(model.capabilities, ", "));
}

void add_contexts(Blocks& blocks, const use::Report& report) {
    const rules::Contexts& contexts = report.contexts;
    const bool not_loaded = report.running_is_known && !report.running;
    blocks.begin("Context");
    if (contexts.declared) blocks.row({"declared", tokens(contexts.declared)});
    blocks.row({"supported", tokens(contexts.supported)});
    blocks.row({"served", not_loaded ? "not loaded" : tokens(contexts.served)});
}

std::string lock_text(const use::Report& report) {
    const std::string locked = report.locked ? " at " + report.locked->id() : "";
    switch (report.drift) {
    case Drift::none:
        return "at its locked digest";
    case Drift::same_content:
        return "the locked content, under another digest";
    case Drift::moved:
        return "locked" + locked + ", another content";
    case Drift::absent:
        return report.locked ? "locked" + locked + ", not installed" : "not locked";
    case Drift::unpinned:
        break;
    }
    return report.locked ? "locked" + locked + "; the server tells no digest" : "not locked";
}

std::string registry_text(const upstream::Standing& standing) {
    switch (standing.state) {
    case State::current:
        return "the tag serves " +
               std::string(standing.against == upstream::Against::lock ? "what is locked" : "the same");
    case State::same_content:
        return "the tag serves the same content under another digest";
    case State::outdated:
        return "the tag has moved: " + standing.reason +
               (standing.to_fetch ? "; an update fetches " + to_string(*standing.to_fetch) : "");
    case State::no_upstream:
        return standing.reason;
    case State::absent:
        return "not asked: " + standing.reason;
    case State::failed:
        break;
    }
    return std::string(not_known) + ": " + standing.reason;
}

void add_project(Blocks& blocks, const use::Report& report) {
    std::vector<std::string> patterns;
    for (const NamePattern& pattern : report.protected_by)
        patterns.push_back(pattern.text());
    blocks.begin("Project");
    blocks.row({"declared", report.is_declared ? "yes" : "no"});
    add(blocks, "roles", joined(report.roles, ", "));
    add(blocks, "groups", joined(report.groups, ", "));
    blocks.row({"protected", patterns.empty() ? "no" : "yes, by " + listed(patterns)});
    blocks.row({"lock", lock_text(report)});
    blocks.row({"registry", registry_text(report.standing)});
}

std::string running_text(const use::Report& report) {
    if (!report.running_is_known) return not_known;
    if (!report.running) return "no";
    const ollama::Running& running = *report.running;
    const bool as_another = !running.name.same_on_server(report.name);
    std::string text =
        "yes" + (as_another ? ", as " + running.name.display() : std::string()) + ", " + to_string(running.size);
    if (running.size > ByteCount()) // a server may say more than there is
        text += ", " +
                std::to_string(std::min<std::uint64_t>(running.size_vram.count() * 100 / running.size.count(), 100)) +
                " % on a GPU";
    return text;
}

std::string estimate_text(const rules::MemoryEstimate& estimate, const rules::Contexts& contexts) {
    std::string text = std::string(estimate.is_upper_bound ? "at most " : "") + to_string(estimate.sum()) +
                       " for a context of " + std::to_string(estimate.context) + ": weights " +
                       to_string(estimate.weights) + ", cache " + to_string(estimate.cache);
    if (estimate.per_token > ByteCount()) text += " (" + std::to_string(estimate.per_token.count()) + " bytes a token)";
    if (contexts.supported && estimate.context > *contexts.supported)
        text += "; the model supports " + std::to_string(*contexts.supported);
    return text;
}

void add_memory(Blocks& blocks, const use::Report& report) {
    if (!report.installed || report.installed->cloud()) return;
    blocks.begin("Memory");
    blocks.row({"loaded", running_text(report)});
    blocks.row({"estimate", report.memory ? estimate_text(*report.memory, report.contexts) : not_known});
}

std::string sharing_text(const use::LayerRow& row) {
    if (row.flaw) return *row.flaw == store::Flaw::What::missing ? "missing" : "not as its manifest says";
    if (!row.shared_with) return "";
    std::vector<std::string> names;
    for (const ModelName& name : *row.shared_with)
        names.push_back(name.display());
    return names.empty() ? "no other model's" : "shared with " + listed(names);
}

void add_layers(Blocks& blocks, const use::Report& report) {
    blocks.begin("Layers");
    if (!report.layers) {
        if (report.installed && !report.installed->cloud()) blocks.row({not_known});
        return;
    }
    for (const use::LayerRow& row : *report.layers)
        blocks.row({std::string(to_string(row.layer.role)), row.layer.digest.id(), to_string(row.layer.size),
                    sharing_text(row)});
}

void add_reasons(Blocks& blocks, const use::Report& report) {
    if (!report.installed) return;
    blocks.begin("Why it is kept");
    for (const rules::KeepReason& reason : report.kept_by)
        blocks.row({reason.text});
    if (report.kept_by.empty()) blocks.row({"nothing keeps it"});
}

} // namespace

std::string text(const use::Report& report, const ui::Style& style) {
    Blocks blocks;
    add_model(blocks, report);
    add_contexts(blocks, report);
    add_project(blocks, report);
    add_memory(blocks, report);
    add_layers(blocks, report);
    add_reasons(blocks, report);
    return blocks.text(style);
}

} // namespace codemate::cli::show
