#include "codemate/state/verified.hpp"

#include "state/aside.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <tuple>

namespace codemate::state {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_entries = 20'000;
constexpr ByteCount file_limit(std::uint64_t{64} << 20U); // written by something else

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

std::vector<Verified> read_entries(const std::filesystem::path& file) {
    std::string text;
    try {
        text = read_file(file, file_limit);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
    }
    std::vector<Verified> entries;
    for (const std::string_view line : split(text, '\n')) {
        if (auto verified = line.empty() ? std::nullopt : parse_verified(line)) entries.push_back(*verified);
    }
    return entries;
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
    if (is_larger(file_, file_limit)) {
        diagnostics::info(quoted(file_.string()) + " is larger than " + to_string(file_limit) + " and was not read");
        return {};
    }
    std::vector<Verified> entries = read_entries(file_);
    std::ranges::stable_sort(entries, {}, &Verified::digest);
    return entries;
}

void VerifiedBlobs::add(std::span<const Verified> more, Stop stop, Duration patience) const {
    if (more.empty()) return;
    std::error_code failure;
    std::filesystem::create_directories(file_.parent_path(), failure);
    if (failure) throw_errno(failure.value(), "make", file_.parent_path());
    const FileLock lock(file_, std::move(stop), patience);
    if (is_larger(file_, file_limit)) put_aside(file_, file_limit, "the memory of blobs that were found good");
    std::set<Key> renewed;
    for (const Verified& verified : more)
        renewed.insert(key_of(verified));
    std::vector<Verified> entries = read_entries(file_);
    std::erase_if(entries, [&](const Verified& each) { return renewed.contains(key_of(each)); });
    entries.insert(entries.end(), more.begin(), more.end());
    std::string text;
    for (std::size_t i = entries.size() - std::min(entries.size(), most_entries); i < entries.size(); ++i)
        text += to_line(entries[i]) + "\n";
    write_file_atomically(file_, text);
}

} // namespace codemate::state
