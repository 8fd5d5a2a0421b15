#include "codemate/state/required_sets.hpp"

#include "state/aside.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr ByteCount file_limit(std::uint64_t{64} << 20U); // written by something else
constexpr auto renewed_after = std::chrono::hours(24);

std::vector<RequiredSet> read_entries(const std::filesystem::path& file) {
    if (is_larger(file, file_limit)) return {};
    std::string text;
    try {
        text = read_file(file, file_limit);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
    }
    std::vector<RequiredSet> entries;
    for (const std::string_view line : split(text, '\n')) {
        if (auto entry = line.empty() ? std::nullopt : parse_required_set(line)) entries.push_back(std::move(*entry));
    }
    return entries;
}

bool is_of_the_same(const RequiredSet& a, const RequiredSet& b) {
    return a.server == b.server && a.manifest == b.manifest;
}

bool says_the_same(const RequiredSet& old, const RequiredSet& set) {
    return is_of_the_same(old, set) && old.models == set.models && old.used <= set.used &&
           set.used - old.used < renewed_after;
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
    std::vector<RequiredSet> entries = read_entries(file_);
    std::erase_if(entries, [&](const RequiredSet& set) { return now - set.used > required_sets_count_for; });
    return entries;
}

void RequiredSets::remember(const RequiredSet& set, Stop stop) const {
    const auto is_known = [&](const RequiredSet& old) { return says_the_same(old, set); };
    if (std::ranges::any_of(read_entries(file_), is_known)) return;
    std::error_code failure;
    std::filesystem::create_directories(file_.parent_path(), failure);
    if (failure) throw_errno(failure.value(), "make", file_.parent_path());
    const FileLock lock(file_, std::move(stop));
    if (is_larger(file_, file_limit)) put_aside(file_, file_limit, "the memory of what projects require");
    std::vector<RequiredSet> entries = read_entries(file_);
    std::erase_if(entries, [&](const RequiredSet& old) {
        return is_of_the_same(old, set) || set.used - old.used > required_sets_count_for;
    });
    entries.push_back(set);
    std::string text;
    for (std::size_t i = entries.size() - std::min(entries.size(), most_entries); i < entries.size(); ++i)
        text += to_line(entries[i]) + "\n";
    write_file_atomically(file_, text);
}

} // namespace codemate::state
