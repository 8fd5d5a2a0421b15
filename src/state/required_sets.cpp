#include "codemate/state/required_sets.hpp"

#include "state/line_file.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr auto renewed_after = std::chrono::hours(24);

bool is_of_the_same(const RequiredSet& a, const RequiredSet& b) {
    return a.server == b.server && a.manifest == b.manifest;
}

bool says_the_same(const RequiredSet& old, const RequiredSet& set) {
    return is_of_the_same(old, set) && old.models == set.models && old.used <= set.used &&
           set.used - old.used < renewed_after;
}

LineFile lines_of(const std::filesystem::path& file) {
    return {file, "the memory of what projects require"};
}

} // namespace

std::string to_line(const RequiredSet& set) {
    json::Value models = json::Value::array();
    for (const ModelName& name : set.models)
        models.add(name.full());
    json::Value line = json::Value::object();
    line.set("used", to_rfc3339(set.used)).set("server", set.server).set("manifest", set.manifest);
    return json::to_line(line.set("models", std::move(models)));
}

std::optional<RequiredSet> parse_required_set(std::string_view text) {
    constexpr std::string_view what = "a required set";
    try {
        const json::Document document = json::read(text, what);
        const json::Cursor line(document.root, what);
        RequiredSet set{line.at("server").string(), line.at("manifest").string(), {}, line.at("used").time()};
        for (const json::Cursor& name : line.at("models").elements())
            set.models.push_back(ModelName::parse(name.string()));
        return set;
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<RequiredSet> RequiredSets::entries(Time now) const {
    std::vector<RequiredSet> entries = parsed_lines(lines_of(file_).text(), parse_required_set);
    std::erase_if(entries, [&](const RequiredSet& set) { return now - set.used > required_sets_count_for; });
    return entries;
}

void RequiredSets::remember(const RequiredSet& set, Stop stop) const {
    const LineFile lines = lines_of(file_);
    const auto is_known = [&](const RequiredSet& old) { return says_the_same(old, set); };
    if (std::ranges::any_of(parsed_lines(lines.text(), parse_required_set), is_known)) return;
    const auto with_it = [&](const std::string& text) {
        std::string renewed;
        for (const RequiredSet& old : parsed_lines(text, parse_required_set)) {
            const bool is_over = set.used - old.used > required_sets_count_for;
            if (!is_of_the_same(old, set) && !is_over) renewed += to_line(old) + "\n";
        }
        return newest_lines(with_line(std::move(renewed), to_line(set)), most_entries);
    };
    lines.change(with_it, std::move(stop));
}

} // namespace codemate::state
