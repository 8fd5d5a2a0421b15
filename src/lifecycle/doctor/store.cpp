#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"
#include "lifecycle/doctor/secrets.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/environment.hpp"

#include <algorithm>

namespace codemate::lifecycle::doctor {
namespace {

using Standing = Store::Standing;

// By name where its path makes one.
std::string named(const store::Oddity& oddity) {
    return printable(oddity.name ? oddity.name->display() : oddity.path, 200);
}

Findings unreadable(const Store& store) {
    std::vector<std::string> advice;
    for (const std::string& way : store.ways)
        advice.push_back("look as its owner: `" + way + "`");
    if (advice.empty()) advice = {"run codemate as the user who runs the server"};
    return {problem("unreadable", quoted(store.path) + " seems to be the server's, and cannot be read: " + store.doubt,
                    "damage, leftovers and free space cannot be seen", std::move(advice))};
}

bool is_switched_off(const Setting& setting) {
    return setting.name == "OLLAMA_NOPRUNE" && setting.whose != Setting::Whose::program && setting.value &&
           ollama::is_true(*setting.value);
}

Findings switched_off(const Facts& facts) {
    if (!facts.settings) return {};
    for (const Setting& setting : *facts.settings) {
        if (!is_switched_off(setting)) continue;
        return {note("noprune",
                     "OLLAMA_NOPRUNE=" + printable(showable(setting.name, *setting.value), 40) + " (" + setting.place +
                         ") keeps the server that gets it from tidying up",
                     "blobs that nothing uses and broken downloads stay for ever",
                     {"`codemate prune --leftovers` removes them; or unset it and restart the server"})};
    }
    return {};
}

std::string flaw_text(const ModelName& model, const store::Flaw& flaw) {
    const std::string layer = flaw.blob.text().substr(0, 19);
    const std::string name = printable(model.display(), 200);
    switch (flaw.what) {
    case store::Flaw::What::missing:
        return name + " lacks layer " + layer + "…";
    case store::Flaw::What::wrong_size:
        return name + " has layer " + layer + "… with " + to_string(flaw.found) + " instead of " +
               to_string(flaw.expected);
    case store::Flaw::What::no_file:
        break;
    }
    return name + " has " + std::string(store::to_string(flaw.type)) + " in place of layer " + layer + "…";
}

// Only what the user names and is not as it should be fails as a whole.
Findings of_named(const Look<Store>& store) {
    const Error& error = *store.failure;
    if (error.kind() != Kind::not_found && error.kind() != Kind::storage) return {not_seen(store, no_store)};
    return {problem(error.kind() == Kind::not_found ? "not_there" : "unreadable", error.message(),
                    "damage, leftovers and free space cannot be seen",
                    {"leave --models-dir out, or name the directory that has manifests/ and blobs/; as another user "
                     "where it is that one's"})};
}

std::string in_the_log() {
    return "read the server's log (`journalctl -u ollama`, `docker logs ollama`), and that of what stands before it";
}

// While a model is being loaded the server makes whoever asks wait (server/sched.go).
Finding running_fails(const Error& error) {
    if (error.kind() == Kind::unreachable)
        return note("running_fails", "the server does not say what is loaded: " + error.message(),
                    "it waits as long as a model is being loaded, which may be minutes; one that hangs looks the same",
                    {"run this again when nothing is being loaded any more; if it stays so, " + in_the_log()});
    return problem("running_fails", "the server cannot say what is loaded: " + error.message(),
                   "what runs on the GPU, and with which context, cannot be seen", {in_the_log()});
}

Finding shows_none(const Error& error) {
    return problem("show_fails", "the server lists its models and shows none of them: " + error.message(),
                   "what they need, and where they are, cannot be seen", {in_the_log()});
}

// Which the check of the content tells, and is reason enough.
bool has_flaws(const Facts& facts) {
    const store::Inventory* const there = inventory(facts);
    return there != nullptr &&
           std::ranges::any_of(there->models, [](const store::Entry& entry) { return !entry.flaws.empty(); });
}

bool is_slow(const Error& error) {
    return error.kind() == Kind::unreachable && (http::silence_of(error) != http::Silence::none ||
                                                 error.message().find("took longer than") != std::string::npos);
}

Finding slow_list(const Error& error, const std::vector<std::string>& no_files, std::vector<std::string> advice) {
    const std::string found = "the server's list of its models does not come in time: " + error.message();
    if (!no_files.empty())
        return problem("slow", found, "it may wait for a manifest that is no file: " + some(no_files),
                       std::move(advice));
    return problem(
        "slow", found,
        "it is busy, its disk is slow or has very many models, or something that is no file stands among "
        "its manifests, where it waits for ever",
        {"try `codemate list`, which waits longer; if nothing comes, `codemate doctor --models-dir DIR` on the "
         "server's machine names a manifest that is no file"});
}

// Of which nothing is known, whatever the reason.
std::vector<std::string> manifests_not_read(const store::Inventory& there) {
    using What = store::Oddity::What;
    std::vector<std::string> names;
    for (const store::Oddity& oddity : there.oddities) {
        const bool of_manifests = oddity.what == What::unreadable && oddity.path.starts_with("manifests");
        if (oddity.what == What::unreadable_manifest || oddity.stops_cleaning() || of_manifests)
            names.push_back(named(oddity));
    }
    return names;
}

Finding unusable_names(const Facts& facts) {
    const std::size_t usable = facts.installed->size();
    Finding finding =
        problem("unusable",
                std::to_string(facts.unusable) + " of " + counted(usable + facts.unusable, "model") +
                    " in the server's list have names that no model can have, and are left out",
                "codemate cannot ask for them", {"`codemate list -v` names them; `ollama cp` gives one another name"});
    if (usable > 0) finding.level = Level::note;
    return finding;
}

} // namespace

Findings check_list(const Facts& facts) {
    if (facts.installed) {
        Findings findings{facts.unusable > 0 ? unusable_names(facts)
                                             : ok(counted(facts.installed->size(), "model") + " installed")};
        if (facts.running.failure) findings.push_back(running_fails(*facts.running.failure));
        if (facts.shows_none && !has_flaws(facts)) findings.push_back(shows_none(*facts.shows_none));
        return findings;
    }
    if (!facts.installed.failure) return {skipped(std::string(no_answer))};
    const Error& error = *facts.installed.failure;
    const auto dangling = facts.store ? facts.store->dangling : std::vector<std::string>();
    std::vector<std::string> advice;
    for (const std::string& link : dangling)
        advice.push_back("remove it: " + link);
    const std::vector<std::string> no_files = no_manifests(facts);
    for (const std::string& path : no_files)
        advice.push_back("remove it: " + path);
    if (dangling.empty() && is_slow(error)) return {slow_list(error, no_files, std::move(advice))};
    if (advice.empty() && !error.hint().empty()) advice.push_back(error.hint());
    if (advice.empty()) advice.emplace_back("look into the server's log");
    return {problem("fails", "the server cannot list its models: " + error.message(),
                    !no_files.empty()  ? "a manifest that is no file hides all models: " + some(no_files)
                    : dangling.empty() ? "nothing that is installed can be seen"
                                       : "one link among the manifests that leads nowhere hides all models",
                    std::move(advice))};
}

Findings check_store(const Facts& facts) {
    if (facts.store.failure) return of_named(facts.store);
    if (!facts.store) return {not_seen(facts.store, no_store)};
    const Store& store = *facts.store;
    switch (store.standing) {
    case Standing::proven:
        return {ok(quoted(store.path) + " is the server's")};
    case Standing::named:
        if (!facts.installed) return {ok(quoted(store.path) + " as named; the server gives no list to prove it by")};
        return {problem("not_ours", quoted(store.path) + " is not proven to be this server's: " + store.doubt,
                        "what is looked at there may be another server's, or an old copy",
                        {"leave --models-dir out, or name the directory that OLLAMA_MODELS gives the server"})};
    case Standing::unreadable:
        return unreadable(store);
    case Standing::unprovable:
        if (facts.unusable > 0)
            return {skipped("the server lists no model whose name can be used, to tell its directory")};
        return {skipped(facts.installed ? "the server has no models that would tell which directory is its own"
                                        : "without the server's list no directory can be proven to be its own")};
    case Standing::elsewhere:
        break;
    }
    Finding finding = note("elsewhere", "the server's models directory is not on this machine, or in a container",
                           "its files, its disk and its memory cannot be looked at from here");
    for (const std::string& way : store.ways)
        finding.advice.push_back("look there: `" + way + "`");
    if (finding.advice.empty()) finding.advice.emplace_back("where it is here all the same: --models-dir DIR");
    return {finding};
}

Findings check_cleanup(const Facts& facts) {
    Findings findings = switched_off(facts);
    const store::Inventory* const there = inventory(facts);
    if (there == nullptr) {
        if (findings.empty()) findings.push_back(no_inventory(facts));
        return findings;
    }
    std::vector<std::string> bad;
    for (const store::Oddity& oddity : there->oddities) {
        if (oddity.stops_listing() && facts.installed.failure) continue; // said by the check of the list
        if (oddity.stops_cleaning()) bad.push_back(named(oddity) + " (" + printable(oddity.why, 100) + ")");
    }
    if (!bad.empty())
        findings.push_back(problem(
            "corrupt_manifest",
            (bad.size() == 1 ? "a manifest cannot be read: "
                             : std::to_string(bad.size()) + " manifests cannot be read: ") +
                some(bad),
            "as long as there is one, a starting server removes nothing of what is unused",
            {"`codemate verify --repair` rebuilds a manifest that lock or journal know; else pull that model again, or "
             "remove the file"}));
    const std::vector<std::string> unread = manifests_not_read(*there);
    const std::vector<std::string> no_files = no_manifests(facts);
    const bool told_by_list = facts.installed.failure.has_value();
    if (bad.empty() && !no_files.empty() && !told_by_list)
        findings.push_back(problem("corrupt_manifest", "a manifest is no file: " + some(no_files),
                                   "a server that reads it waits or fails, and removes nothing of what is unused",
                                   {"remove it, and pull that model again"}));
    else if (bad.empty() && !unread.empty())
        findings.push_back(skipped("whether a starting server tidies up cannot be told: " +
                                   counted(unread.size(), "manifest") + " could not be read: " + some(unread)));
    if (findings.empty()) findings.push_back(ok_in_store(facts, "a starting server tidies up"));
    return findings;
}

Findings check_content(const Facts& facts) {
    const store::Inventory* const there = inventory(facts);
    if (there == nullptr) return {no_inventory(facts)};
    if (!there->blobs_known)
        return {problem("blobs_unreadable", "the blobs of " + quoted(facts.store->path) + " cannot be listed",
                        "nothing can be said of the models' content",
                        {"run codemate as the user who owns that directory"})};
    std::vector<std::string> flaws;
    for (const store::Entry& entry : there->models) {
        for (const store::Flaw& flaw : entry.flaws)
            flaws.push_back(flaw_text(entry.name, flaw));
    }
    if (const auto unread = manifests_not_read(*there); flaws.empty() && !unread.empty())
        return {skipped("what cannot be read was not checked: " + counted(unread.size(), "manifest") + ", " +
                        some(unread) + "; the layers of the others are there in their size")};
    if (flaws.empty())
        return {ok_in_store(facts, "all layers are there in their size; `codemate verify --deep` reads them")};
    return {problem("damaged", some(flaws),
                    "such a model does not load, or gives nonsense, and a pull need not heal it",
                    {"`codemate verify --repair` fetches what is missing or damaged, and nothing else"})};
}

} // namespace codemate::lifecycle::doctor
