#include "codemate/state/verified.hpp"

#include "state/line_file.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace codemate::state {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_entries = 20'000;

constexpr Duration margin = 2s;
constexpr Duration coarse_margin = 5s;

bool is_whole(Time time) {
    return time == std::chrono::floor<std::chrono::seconds>(time);
}

// What is known of one file.
using Key = std::tuple<Digest, std::uint64_t, std::uint64_t>;

Key key_of(const Verified& verified) {
    return {verified.digest, verified.identity.device, verified.identity.inode};
}

LineFile lines_of(const std::filesystem::path& file) {
    return {file, "the memory of blobs that were found good"};
}

} // namespace

bool worth_remembering(const store::Identity& identity, Time at) {
    const bool coarse = is_whole(identity.modified) || is_whole(identity.changed);
    const Time latest = std::max(identity.modified, identity.changed);
    return latest <= at - (coarse ? coarse_margin : margin);
}

bool still_good(const Verified& verified, const store::Identity& now_there, Time now, Duration max_age) {
    return verified.identity == now_there && verified.at <= now && now - verified.at <= max_age;
}

std::string to_line(const Verified& verified) {
    const store::Identity& identity = verified.identity;
    json::Value line = json::Value::object();
    line.set("at", to_rfc3339(verified.at)).set("digest", verified.digest.text()).set("size", identity.size.count());
    line.set("modified", to_rfc3339(identity.modified)).set("changed", to_rfc3339(identity.changed));
    return json::to_line(line.set("inode", identity.inode).set("device", identity.device));
}

std::optional<Verified> parse_verified(std::string_view text) {
    constexpr std::string_view what = "a verified blob";
    try {
        const json::Document document = json::read(text, what);
        const json::Cursor line(document.root, what);
        const auto digest = Digest::parse(line.at("digest").string());
        if (!digest) return std::nullopt;
        const store::Identity identity{ByteCount(line.at("size").unsigned_integer()), line.at("modified").time(),
                                       line.at("changed").time(), line.at("inode").unsigned_integer(),
                                       line.at("device").unsigned_integer()};
        return Verified{*digest, identity, line.at("at").time()};
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<Verified> VerifiedBlobs::entries() const {
    std::vector<Verified> entries = parsed_lines(lines_of(file_).text(), parse_verified);
    std::ranges::stable_sort(entries, {}, &Verified::digest);
    return entries;
}

void VerifiedBlobs::add(std::span<const Verified> more, Stop stop, Duration patience) const {
    if (more.empty()) return;
    std::set<Key> renewed;
    for (const Verified& verified : more)
        renewed.insert(key_of(verified));
    const auto with_them = [&](const std::string& text) {
        std::string lines;
        for (const Verified& each : parsed_lines(text, parse_verified)) {
            if (!renewed.contains(key_of(each))) lines += to_line(each) + "\n";
        }
        for (const Verified& each : more)
            lines += to_line(each) + "\n";
        return newest_lines(lines, most_entries);
    };
    lines_of(file_).change(with_them, std::move(stop), patience);
}

} // namespace codemate::state
