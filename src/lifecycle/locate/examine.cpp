#include "codemate/base/text.hpp"
#include "codemate/lifecycle/locate.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace codemate::lifecycle::locate {
namespace {

using Standing = Report::Standing;
using Names = std::set<ModelName, ServerOrder>;

// Models of which the disk has a manifest that says nothing, or into which codemate does not look.
Names names_of_oddities(const store::Inventory& inventory) {
    Names names;
    for (const store::Oddity& oddity : inventory.oddities) {
        if (oddity.name) names.insert(*oddity.name);
    }
    return names;
}

std::string why_unreadable(const Candidate& candidate) {
    return candidate.error->message();
}

std::string why_not(const Candidate& candidate, const std::vector<ollama::Installed>& installed) {
    if (candidate.error) return why_unreadable(candidate);
    const Proof proof = prove(candidate, installed);
    if (!proof.against.empty()) return proof.against;
    return "it has no models, and so it proves nothing";
}

bool is_forbidden(const Candidate& candidate) {
    return candidate.error && candidate.error->kind() == Kind::storage;
}

// Places where nobody said that something is need no word.
bool worth_telling(const Candidate& candidate) {
    const bool absent = candidate.error && candidate.error->kind() == Kind::not_found;
    const bool guessed =
        candidate.place.origin == Place::Origin::usual || candidate.place.origin == Place::Origin::volume;
    return !(absent && guessed);
}

Store store_of(Candidate& candidate, bool proven, std::string doubt) {
    return {candidate.place, proven, std::move(doubt), candidate.disk, std::move(candidate.inventory)};
}

// Where the server tells of another directory, one that nobody may read is not its own, but for what a container sees
// elsewhere.
const Candidate* find_forbidden(const Facts& facts) {
    for (const Candidate& candidate : facts.candidates) {
        const bool may_be =
            !facts.shown || candidate.place.path == *facts.shown || candidate.place.origin == Place::Origin::volume;
        if (may_be && is_forbidden(candidate)) return &candidate;
    }
    return nullptr;
}

void add_dangling(std::vector<DanglingLink>& links, const Candidate& candidate) {
    for (const store::Oddity& oddity : candidate.inventory.oddities) {
        if (oddity.what == store::Oddity::What::dangling_manifest)
            links.push_back({candidate.place.path / oddity.path, printable(oddity.why)});
    }
}

} // namespace

Proof prove(const Candidate& candidate, const std::vector<ollama::Installed>& installed) {
    Proof proof;
    const auto against = [&](const ModelName& name, const std::string& what) {
        if (proof.against.empty()) proof.against = printable(name.display()) + what;
    };
    const rules::InstalledByName listed(installed);
    const Names hidden(candidate.hidden.begin(), candidate.hidden.end());
    Names there = names_of_oddities(candidate.inventory);
    for (const store::Entry& entry : candidate.inventory.models) {
        there.insert(entry.name);
        const ollama::Installed* const model = listed.find(entry.name);
        if (model == nullptr) {
            if (!hidden.contains(entry.name)) against(entry.name, " stands there, and the server does not list it");
        } else if (model->digest && !entry.has_digest(*model->digest)) {
            against(entry.name, " has another digest there");
        } else if (model->modified != entry.stat.identity.modified) {
            against(entry.name, " was written there at another time than the server says");
        } else if (model->digest) {
            ++proof.matching;
        }
    }
    for (const ollama::Installed& model : installed) {
        if (!there.contains(model.name)) against(model.name, " is not there, and the server lists it");
    }
    return proof;
}

Report examine(Facts facts) {
    Report report;
    report.shown = facts.shown;
    for (Candidate& candidate : facts.candidates) {
        add_dangling(report.dangling, candidate);
        const bool named = candidate.place.origin == Place::Origin::named;
        const bool proven = !candidate.error && prove(candidate, facts.installed).holds();
        if (!report.store && (proven || (named && !candidate.error))) {
            std::string doubt = proven ? "" : why_not(candidate, facts.installed);
            report.standing = proven ? Standing::proven : Standing::named;
            report.store = store_of(candidate, proven, std::move(doubt));
        } else if (!report.store && worth_telling(candidate)) {
            report.dismissed.push_back({candidate.place, why_not(candidate, facts.installed)});
        }
    }
    if (!report.store) {
        const Candidate* const forbidden = find_forbidden(facts);
        if (forbidden != nullptr) {
            report.standing = Standing::unreadable;
            report.unreadable = forbidden->place;
            report.user = forbidden->owner;
        } else if (facts.installed.empty()) {
            report.standing = Standing::unprovable;
        }
    }
    report.installed = std::move(facts.installed);
    return report;
}

std::string_view to_string(Place::Origin origin) {
    switch (origin) {
    case Place::Origin::named:
        break;
    case Place::Origin::environment:
        return "environment";
    case Place::Origin::usual:
        return "usual";
    case Place::Origin::volume:
        return "volume";
    case Place::Origin::shown:
        return "shown";
    }
    return "named";
}

std::string_view to_string(Standing standing) {
    switch (standing) {
    case Standing::proven:
        break;
    case Standing::named:
        return "named";
    case Standing::unreadable:
        return "unreadable";
    case Standing::elsewhere:
        return "elsewhere";
    case Standing::unprovable:
        return "unprovable";
    }
    return "proven";
}

} // namespace codemate::lifecycle::locate
