#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <string_view>

namespace codemate::lifecycle::doctor {
namespace {

// The message and the first of what it lists.
std::string with_notes(const Error& error) {
    std::string text = error.message();
    if (!error.notes().empty()) text += ": " + some(error.notes(), 2);
    return text;
}

bool is_mistaken(const Error& error) {
    return error.kind() == Kind::manifest;
}

std::string name_of(const ModelName& name) {
    return printable(name.display(), 200);
}

const manifest::Lock* lock_of(const Facts& facts) {
    return facts.lock && *facts.lock ? &**facts.lock : nullptr;
}

// One letter more, less, another, or two in the other order. Other digits make another model, not a misspelt one.
bool is_one_letter_away(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (a == b || b.size() - a.size() > 1) return false;
    const auto [left, right] = std::ranges::mismatch(a, b);
    const std::string_view rest_a(left, a.end()), rest_b(right, b.end());
    const auto letter = [](char c) { return c != '.' && (c < '0' || c > '9'); };
    if (!letter(rest_b.front()) || (!rest_a.empty() && !letter(rest_a.front()))) return false;
    if (a.size() < b.size()) return rest_a == rest_b.substr(1);
    if (rest_a.substr(1) == rest_b.substr(1)) return true;
    return rest_a.size() > 1 && letter(rest_a[1]) && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
           rest_a.substr(2) == rest_b.substr(2);
}

const ollama::Installed* one_letter_away(const ModelName& name, const std::vector<ollama::Installed>& installed) {
    const auto found = std::ranges::find_if(installed, [&](const ollama::Installed& each) {
        return is_one_letter_away(name.display(), each.name.display());
    });
    return found == installed.end() ? nullptr : &*found;
}

// Required ones first, then whatever else is pinned and installed.
std::vector<std::string> drifted(const Facts& facts) {
    std::vector<std::string> names;
    const manifest::Lock* const lock = lock_of(facts);
    if (lock == nullptr || !facts.installed) return names;
    for (const auto& [name, locked] : lock->models) {
        const ollama::Installed* model = rules::find(*facts.installed, name);
        if (model != nullptr && rules::drift(&locked, model->digest) == rules::Drift::moved)
            names.push_back(name_of(name));
    }
    return names;
}

} // namespace

Findings check_manifest(const Facts& facts) {
    if (facts.manifest.failure) {
        const Error& error = *facts.manifest.failure;
        return {problem(is_mistaken(error) ? "mistakes" : "unreadable", with_notes(error),
                        "nothing can be checked against what the project declares",
                        {is_mistaken(error) ? "`codemate check` lists them all" : error.hint()})};
    }
    if (!facts.manifest) return {skipped("it was not read")};
    const manifest::Manifest& manifest = *facts.manifest;
    if (const std::string& unseen = facts.options.unseen_manifest; !has_project(facts) && !unseen.empty())
        return {note("none", "there is no codemate.json here; " + unseen + " is not looked at",
                     "above where you stand one counts only within one checkout (.git): what is declared is the "
                     "built-in set",
                     {"name it: `--manifest " + unseen + "`, or go there"})};
    if (!has_project(facts))
        return {note("none", "there is no codemate.json here, nor above within a checkout",
                     "what is required, locked and referred to cannot be checked without one",
                     {"`codemate init` writes one from what is installed"})};
    return {ok(manifest.origin.display() + ": " + counted(manifest.models.size(), "model") + " declared, " +
               std::to_string(manifest::required_set(manifest).size()) + " required")};
}

Findings check_lock(const Facts& facts) {
    if (facts.lock.failure)
        return {problem(is_mistaken(*facts.lock.failure) ? "mistakes" : "unreadable", with_notes(*facts.lock.failure),
                        "models cannot be held at their digests",
                        {is_mistaken(*facts.lock.failure)     ? "`codemate check` lists them all; take back what was "
                                                                "committed (`git restore`), or write it anew with "
                                                                "`codemate lock`"
                         : facts.lock.failure->hint().empty() ? "name another file with --lock, or leave that out"
                                                              : facts.lock.failure->hint()})};
    if (!has_project(facts)) return {no_project(facts)};
    const manifest::Lock* const lock = lock_of(facts);
    if (lock == nullptr && facts.manifest->origin.is_built_in()) return {skipped("the built-in manifest has no lock")};
    if (lock == nullptr)
        return {note("none", "there is no codemate.lock", "a tag may serve other content tomorrow, on every machine",
                     {"`codemate lock` pins what the tags serve now"})};
    Findings findings;
    if (facts.contradictions && !facts.contradictions->empty())
        findings.push_back(problem("contradicts",
                                   "manifest and lock contradict each other: " + some(*facts.contradictions, 2),
                                   "both cannot be fulfilled", {"`codemate check` says where"}));
    std::vector<std::string> missing;
    for (const ModelName& name : manifest::required_set(*facts.manifest)) {
        if (lock->find(name) == nullptr) missing.push_back(name_of(name));
    }
    if (!missing.empty())
        findings.push_back(note("incomplete", "required and not pinned: " + some(missing),
                                "these tags may serve other content tomorrow", {"`codemate lock` adds them"}));
    if (findings.empty()) findings.push_back(ok(counted(lock->models.size(), "model") + " pinned"));
    return findings;
}

Findings check_required(const Facts& facts) {
    if (!has_project(facts)) return {no_project(facts)};
    if (!facts.installed) return {not_seen(facts.installed, no_answer)};
    std::vector<std::string> absent, meant;
    const std::vector<ModelName> required = manifest::required_set(*facts.manifest);
    for (const ModelName& name : required) {
        if (rules::find(*facts.installed, name) != nullptr) continue;
        absent.push_back(name_of(name));
        if (const auto* near = one_letter_away(name, *facts.installed))
            meant.push_back("did you mean " + printable(near->name.display_short(), 200) +
                            ", which is installed? correct " + printable(name.display_short(), 200) +
                            " in codemate.json");
    }
    Findings findings;
    if (!absent.empty()) {
        const char* const otherwise =
            meant.empty() ? "`codemate pull` installs it" : "else `codemate pull` installs it";
        meant.emplace_back(otherwise);
        findings.push_back(problem("absent", "required and not installed: " + some(absent),
                                   "what the project asks for is not there", std::move(meant)));
    }
    if (const std::vector<std::string> moved = drifted(facts); !moved.empty())
        findings.push_back(problem("drift", "not at the locked digest: " + some(moved),
                                   "this machine runs another content than the lock says",
                                   {"`codemate pull` brings back what is locked, `codemate lock --upgrade NAME` "
                                    "accepts what is there; `codemate outdated` says what differs"}));
    if (findings.empty())
        findings.push_back(
            ok(required.empty() ? "no model is required" : counted(required.size(), "required model") + " installed"));
    return findings;
}

} // namespace codemate::lifecycle::doctor
