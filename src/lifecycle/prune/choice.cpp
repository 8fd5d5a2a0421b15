#include "lifecycle/prune/choice.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/filter.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <map>

namespace codemate::lifecycle::prune {
namespace {

constexpr std::string_view everything = "all";

bool is_pattern(const std::string& word) {
    return word.find_first_of("*?") != std::string::npos;
}

// The first manifest that knows the word; the first one of all for a model's name.
const manifest::Manifest& that_knows(const std::string& word, const std::vector<manifest::Manifest>& manifests) {
    const auto found = std::ranges::find_if(manifests, [&](const manifest::Manifest& manifest) {
        return manifest.groups.contains(word) || manifest.roles.contains(word);
    });
    return found == manifests.end() ? manifests.front() : *found;
}

class Choosing {
public:
    Choosing(const Facts& facts, const Options& options) : facts_(facts), options_(options) {
        for (std::size_t i = 0; i < facts.installed.size(); ++i)
            numbers_.emplace(facts.installed[i].name, i); // of two that the server takes for one the first
    }

    Choice result() {
        if (options_.targets.empty() && options_.mode == Options::Mode::prune)
            take_if([](const ModelName&) { return true; });
        for (const std::string& word : options_.targets)
            take(word);
        for (const auto& [number, named] : chosen_)
            choice_.models.push_back({number, named});
        std::ranges::sort(choice_.models, {},
                          [&](const Choice::Chosen& each) { return facts_.installed[each.model].name.display(); });
        return std::move(choice_);
    }

private:
    void take(const std::string& word) {
        if (options_.mode == Options::Mode::remove) return take_name(word);
        if (word == everything) return take_if([](const ModelName& name) { return !rules::is_own_name(name); });
        if (is_pattern(word)) return take_fitting(word);
        const manifest::Manifest& manifest = that_knows(word, facts_.manifests);
        const bool is_group = manifest.groups.contains(word) || word == "default";
        for (const manifest::Wanted& wanted : manifest::resolve(manifest, std::span(&word, 1)))
            take(wanted.name, is_group ? Named::no : Named::yes);
    }

    void take_name(const std::string& word) {
        if (is_pattern(word)) {
            throw Error(Kind::usage, "rm takes names, and " + quoted(word) + " is a pattern")
                .hint("`codemate prune` takes patterns: of what fits it removes what nothing keeps");
        }
        take(ModelName::parse(word), Named::yes);
    }

    void take_fitting(const std::string& pattern) {
        const std::size_t before = chosen_.size();
        bool any = false;
        take_if([&](const ModelName& name) {
            const bool fits = !rules::is_relay_name(name) && rules::fits_filter(name, pattern);
            any = any || fits;
            return fits;
        });
        if (!any && chosen_.size() == before) choice_.fits_nothing.push_back(pattern);
    }

    template<typename Fits>
    void take_if(Fits&& fits) {
        for (std::size_t i = 0; i < facts_.installed.size(); ++i) {
            if (fits(facts_.installed[i].name)) chosen_.try_emplace(i, false);
        }
    }

    enum class Named { yes, no };
    void take(const ModelName& name, Named named) {
        if (const auto exact = std::ranges::find(facts_.installed, name, &ollama::Installed::name);
            exact != facts_.installed.end()) {
            return take_number(static_cast<std::size_t>(exact - facts_.installed.begin()), named);
        }
        if (const auto found = numbers_.find(name); found != numbers_.end()) return take_number(found->second, named);
        if (named == Named::yes) choice_.absent.push_back(name);
    }

    void take_number(std::size_t number, Named named) {
        bool& is_named = chosen_[number];
        is_named = is_named || named == Named::yes;
    }

    const Facts& facts_;
    const Options& options_;
    std::map<ModelName, std::size_t, ServerOrder> numbers_;
    std::map<std::size_t, bool> chosen_; // and whether it was named
    Choice choice_;
};

} // namespace

Choice choose(const Facts& facts, const Options& options) {
    if (!options.models()) return {};
    return Choosing(facts, options).result();
}

} // namespace codemate::lifecycle::prune
