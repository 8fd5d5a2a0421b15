#include "lifecycle/docs/writing.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

using manifest::Locked;
using manifest::Release;

bool is_current(const Facts& facts, const Release& release) {
    return release.version == facts.manifest.version;
}

std::string changes_of(const Release& release) {
    if (release.changes.empty()) return {};
    const bool claims = to_lower(release.changes).find("no model changes") != std::string::npos;
    if (release.has_digests() || !claims) return prose(release.changes);
    return prose(release.changes) + " (stated: no digests were recorded with this release, so nothing confirms it)";
}

void add(std::string& text, std::string_view what, const std::string& value) {
    if (!value.empty()) text += "- **" + std::string(what) + ":** " + value + "\n";
}

std::string release_text(const Facts& facts, const Release& release) {
    std::string text = "\n### v" + prose(release.version) + " (" + prose(release.date) + ")" +
                       (is_current(facts, release) ? " - Current" : "") + "\n\n";
    for (const auto& [role, model] : release.roles)
        add(text, capitalised(prose(role)), code(model.display()));
    add(text, "Changes", changes_of(release));
    add(text, "Notes", prose(release.notes));
    return text;
}

std::string roles_of(const Release& release, const ModelName& name) {
    std::vector<std::string> roles;
    for (const auto& [role, model] : release.roles) {
        if (model.same_on_server(name)) roles.push_back(role);
    }
    return joined(roles, ", ");
}

using Models = std::map<ModelName, Locked, ServerOrder>;

std::string digest_row(const ModelName& name, const Locked& locked, const std::string& roles) {
    return row({code(name.display()), cell(roles), locked.digest.id(), to_string(locked.size),
                cell(locked.quantization), code(locked.digest.text())});
}

// The models of the roles first.
std::string digest_table(const Models& models, const Release& roles) {
    std::string text = table_head({"Name", "Role", "ID", "Size", "Quantization", "Digest"});
    std::set<ModelName, ServerOrder> told;
    for (const auto& [role, model] : roles.roles) {
        const auto found = models.find(model);
        if (found != models.end() && told.insert(model).second)
            text += digest_row(model, found->second, roles_of(roles, model));
    }
    for (const auto& [name, locked] : models) {
        if (told.insert(name).second) text += digest_row(name, locked, "");
    }
    return text;
}

Release roles_now(const Facts& facts) {
    Release now{""};
    for (const std::string& role : facts.manifest.role_order)
        now.roles.emplace_back(role, facts.manifest.roles.at(role));
    return now;
}

std::string locked_now_text(const Facts& facts) {
    std::string text = "\n### Locked now\n\n";
    if (!facts.lock || facts.lock->models.empty())
        return text + "Nothing is locked: `codemate lock` pins each declared model by its digest in `codemate.lock`.\n";
    text += digest_table(facts.lock->models, roles_now(facts));
    std::vector<std::string> without;
    for (const ModelName& name : manifest::required_set(facts.manifest)) {
        if (facts.lock->find(name) == nullptr) without.push_back(code(name.display()));
    }
    if (!without.empty()) text += "\nNot locked: " + listed(without) + ".\n";
    return text;
}

std::string release_digests(const Release& release) {
    const std::string heading = "\n### v" + prose(release.version) + " Models\n\n";
    if (release.has_digests()) return heading + digest_table(release.models, release);
    std::vector<std::string> names;
    for (const auto& [role, model] : release.roles)
        names.push_back(code(model.display()));
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return heading + "No digests were recorded with this release" +
           (names.empty() ? std::string() : ", only the names " + listed(names)) +
           ": which content it had is not known.\n";
}

} // namespace

std::string history_text(const Facts& facts) {
    std::string text = "## Version History\n";
    if (facts.releases.releases.empty())
        return text + "\nNo release is recorded yet: `codemate release VERSION` records one.\n";
    for (const Release& release : facts.releases.releases)
        text += release_text(facts, release);
    return text + "\n`codemate release A..B` compares two releases by their digests, layer by layer.\n";
}

std::string checksums_text(const Facts& facts) {
    std::string text = "## Model Checksums\n\nFor verification and reproducibility each model is pinned by the SHA-256 "
                       "digest of its manifest, which names every layer by a digest of its own. ID is what `codemate "
                       "list` and `ollama list` show: the first 12 digits.\n";
    text += locked_now_text(facts);
    for (const Release& release : facts.releases.releases)
        text += release_digests(release);
    text += "\nTo verify the models' integrity:\n\n";
    text += shell("codemate list               # NAME, ID, SIZE of what is installed\n"
                  "codemate verify             # installed, locked and required agree\n"
                  "codemate verify --deep      # every layer read and hashed, too\n"
                  "codemate show NAME --json   # one model's digest and layers, for scripts\n");
    return text + "\n`ollama show NAME | grep -i digest` prints nothing: Ollama's text does not tell the digest.\n";
}

} // namespace codemate::lifecycle::docs
