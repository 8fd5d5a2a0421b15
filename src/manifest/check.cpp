#include "manifest/draft.hpp"
#include "manifest/words.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace codemate::manifest {
namespace {

constexpr std::string_view default_group = "default";

std::string on_line(const Spelled& word) {
    return "on line " + std::to_string(word.at.line);
}

// A word that a target may be, and what it means.
struct Meaning {
    std::string_view kind; // "group", "role" or "model"
    Spelled where;
};

// Only a short name without owner and tag can be taken for a role or a group.
bool could_be_word(const std::string& name) {
    return name.find_first_of(":/") == std::string::npos;
}

std::vector<Meaning> meanings(const Draft& draft) {
    std::vector<Meaning> all;
    for (const Draft::Group& group : draft.groups)
        all.push_back({"group", group.name});
    for (const Spelled& role : draft.roles)
        all.push_back({"role", role});
    for (const Draft::Mention& mention : draft.mentions) {
        const std::string word = mention.name.display_short();
        if (could_be_word(word)) all.push_back({"model", {word, mention.where.at, mention.where.path}});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Meaning& a, const Meaning& b) { return a.where.at.begin < b.where.at.begin; });
    return all;
}

std::string clash(const Meaning& first, const Meaning& second) {
    const std::string word = quoted(second.where.text, 100);
    if (first.kind == second.kind) {
        return "the " + std::string(second.kind) + " " + word + " differs from " + quoted(first.where.text, 100) + " " +
               on_line(first.where) + " only in letter case";
    }
    const std::string there = first.where.at.line == 0 ? std::string(", the required set") : " " + on_line(first.where);
    return word + " names a " + std::string(second.kind) + " here and is a " + std::string(first.kind) + there +
           "; one word, one thing";
}

using Found = std::map<std::string, std::size_t, std::less<>>;

Found group_indices(const Draft& draft) {
    Found indices;
    for (std::size_t i = 0; i < draft.groups.size(); ++i)
        indices.emplace(draft.groups[i].name.text, i);
    return indices;
}

// Walks from group to group without recursion, for a file may have a chain of any length.
class Walk {
public:
    Walk(const Draft& draft, Problems& problems)
        : draft_(draft), problems_(problems), indices_(group_indices(draft)), states_(draft.groups.size()) {}

    void all() {
        for (std::size_t group = 0; group < draft_.groups.size(); ++group) {
            if (states_[group] == State::untouched) from(group);
        }
    }

private:
    enum class State { untouched, open, done };
    struct Step {
        std::size_t group;
        std::size_t next_member = 0;
    };

    void from(std::size_t first) {
        enter(first);
        while (!way_.empty()) {
            Step& step = way_.back();
            const auto& members = draft_.groups[step.group].members;
            if (step.next_member == members.size()) {
                states_[step.group] = State::done;
                way_.pop_back();
                continue;
            }
            follow(members[step.next_member++]);
        }
    }

    void enter(std::size_t group) {
        states_[group] = State::open;
        way_.push_back({group});
    }

    void follow(const Spelled& member) {
        const auto found = indices_.find(member.text);
        if (found == indices_.end()) return;
        if (states_[found->second] == State::untouched)
            enter(found->second);
        else if (states_[found->second] == State::open)
            report(member, found->second);
    }

    void report(const Spelled& member, std::size_t begin) {
        std::string circle;
        const auto is_begin = [&](const Step& step) { return step.group == begin; };
        for (auto step = std::find_if(way_.begin(), way_.end(), is_begin); step != way_.end(); ++step) {
            circle += draft_.groups[step->group].name.text + " → ";
            if (circle.size() > 300) break;
        }
        problems_.add(member,
                      "groups cannot contain themselves: " + printable(circle, 300) + printable(member.text, 100));
    }

    const Draft& draft_;
    Problems& problems_;
    Found indices_;
    std::vector<State> states_;
    std::vector<Step> way_;
};

// The words that are no model in a list of members.
struct Known {
    std::set<std::string, std::less<>> words;
    bool default_means_roles = false;
};

void read_member(const Spelled& member, const Known& known, Draft& draft, Problems& problems,
                 std::map<std::string, std::size_t>& seen) {
    std::string identity = member.text;
    if (member.text == default_group && known.default_means_roles) {
        if (draft.roles.empty()) problems.add(member, "'default' names nothing: there is no such group and no role");
    } else if (!known.words.contains(member.text)) {
        const std::optional<ModelName> name = model_name(member, problems);
        if (!name) return;
        draft.mentions.push_back({*name, member});
        identity = name->display();
    }
    const auto [first, is_new] = seen.emplace(std::move(identity), member.at.line);
    if (!is_new) {
        problems.add(member,
                     quoted(member.text, 100) + " is named twice; first on line " + std::to_string(first->second));
    }
}

} // namespace

void read_members(Draft& draft, Problems& problems) {
    Known known;
    for (const Draft::Group& group : draft.groups)
        known.words.insert(group.name.text);
    for (const Spelled& role : draft.roles)
        known.words.insert(role.text);
    known.default_means_roles = !known.words.contains(default_group);
    for (const Draft::Group& group : draft.groups) {
        std::map<std::string, std::size_t> seen;
        for (const Spelled& member : group.members)
            read_member(member, known, draft, problems, seen);
    }
}

void check_collisions(const Draft& draft, Problems& problems) {
    std::map<std::string, std::vector<Meaning>> seen;
    // There is always a group "default": where none is declared it means the roles.
    if (!group_indices(draft).contains(default_group)) seen["default"] = {{"group", {"default", {}, ""}}};
    for (const Meaning& meaning : meanings(draft)) {
        std::vector<Meaning>& others = seen[to_lower(meaning.where.text)];
        const auto same = [&](const Meaning& other) {
            return other.kind == meaning.kind && (other.kind == "model" || other.where.text == meaning.where.text);
        };
        if (std::any_of(others.begin(), others.end(), same)) continue; // said already
        if (equal_ignoring_case(meaning.where.text, "all")) {
            problems.add(meaning.where, "'all' means everything that is installed and cannot be the name of a " +
                                            std::string(meaning.kind));
        } else if (!others.empty()) {
            problems.add(meaning.where, clash(others.front(), meaning));
        }
        others.push_back(meaning);
    }
}

void check_spelling(const Draft& draft, Problems& problems) {
    std::vector<const Draft::Mention*> mentions;
    for (const Draft::Mention& mention : draft.mentions)
        mentions.push_back(&mention);
    std::stable_sort(mentions.begin(), mentions.end(),
                     [](const auto* a, const auto* b) { return a->where.at.begin < b->where.at.begin; });
    std::map<ModelName, const Draft::Mention*, ServerOrder> first_of;
    std::set<ModelName> reported;
    for (const Draft::Mention* mention : mentions) {
        const auto [entry, is_new] = first_of.emplace(mention->name, mention);
        const Draft::Mention& first = *entry->second;
        if (is_new || first.name == mention->name || !reported.insert(mention->name).second) continue;
        problems.add(mention->where, quoted(mention->where.text, 100) + " is to the server the same as " +
                                         quoted(first.where.text, 100) + " " + on_line(first.where) +
                                         "; spell both alike");
    }
}

void check_cycles(const Draft& draft, Problems& problems) {
    Walk(draft, problems).all();
}

} // namespace codemate::manifest
