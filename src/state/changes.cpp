#include "codemate/state/changes.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::state {
namespace {

namespace fs = std::filesystem;

constexpr ByteCount file_limit(std::uint64_t{16} << 20U); // it may hold a manifest
constexpr const char* extension = ".json";
constexpr const char* lock_extension = ".lock~";              // whose files hold nobody up
constexpr auto others_kept_for = std::chrono::hours(24 * 30); // a newer codemate may come back to its own

void make_directory(const fs::path& directory) {
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure) throw_errno(failure.value(), "make", directory);
}

std::vector<fs::path> files_in(const fs::path& directory) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (fs::directory_iterator entry(directory, ignored), end; entry != end; entry.increment(ignored)) {
        if (ignored) break;
        if (entry->path().extension() != lock_extension) files.push_back(entry->path());
    }
    return files;
}

bool is_old(const fs::path& file) {
    std::error_code failure;
    if (!fs::is_regular_file(fs::symlink_status(file, failure))) return false;
    const auto written = fs::last_write_time(file, failure);
    return !failure && fs::file_time_type::clock::now() - written > others_kept_for;
}

// Nothing for what is none. Throws for what cannot be read.
std::optional<Change> change_in(const fs::path& file) {
    std::error_code failure;
    const std::uintmax_t size = fs::file_size(file, failure);
    if (!failure && size > file_limit.count()) return std::nullopt;
    return parse_change(read_file(file, file_limit));
}

// Nothing where its process lives, or has just ended it. What is no change is removed when it is old.
std::optional<Changes::Held> claim(const fs::path& file) {
    const bool may_be_one = file.extension() == extension;
    if (!may_be_one && !is_old(file)) return std::nullopt;
    try {
        auto lock = FileLock::try_lock(file);
        if (!lock) return std::nullopt;
        auto change = may_be_one ? change_in(file) : std::nullopt;
        if (change) return Changes::Held(file, std::move(lock), std::move(*change));
        const bool removed = is_old(file) && fs::remove(file);
        diagnostics::info(quoted(file.string()) + " is no change that this codemate understands" +
                          (removed ? "; it was old and has been removed" : ""));
    } catch (const fs::filesystem_error& error) {
        diagnostics::debug(error.what());
    } catch (const Error& error) {
        diagnostics::debug(error.message());
    }
    return std::nullopt;
}

json::Value digests_value(const std::vector<Digest>& digests) {
    json::Value list = json::Value::array();
    for (const Digest& digest : digests)
        list.add(digest.text());
    return list;
}

json::Value restoring_value(const Change::Restoring& restoring) {
    json::Value places = json::Value::array();
    for (const ModelName& place : restoring.places)
        places.add(place.display());
    return json::Value::object().set("manifest", restoring.manifest).set("places", std::move(places));
}

// Bytes that do not have the digest are nobody's model.
Change::Restoring restoring_of(const json::Cursor& value, const std::optional<Digest>& digest) {
    Change::Restoring restoring{value.at("manifest").string(), {}};
    if (Digest::of(restoring.manifest) != digest) throw Error(Kind::damaged, "a manifest without its digest");
    for (const json::Cursor& place : value.at("places").elements())
        restoring.places.push_back(ModelName::parse(place.string()));
    return restoring;
}

std::vector<Digest> digests_of(const json::Cursor& list) {
    std::vector<Digest> digests;
    for (const json::Cursor& each : list.elements()) {
        if (const auto digest = Digest::parse(each.string())) digests.push_back(*digest);
    }
    return digests;
}

} // namespace

std::string to_text(const Change& change) {
    json::Value text = json::Value::object();
    // What an older codemate would not bring back, or would finish, has a schema that it leaves alone.
    text.set("schema", change.replacing   ? 3
                       : change.restoring ? 2
                                          : 1)
        .set("server", change.server)
        .set("name", change.name.display());
    text.set("began", to_rfc3339(change.began));
    if (change.before) text.set("before", change.before->text());
    text.set("wanted", digests_value(change.wanted));
    if (change.helper) text.set("helper", change.helper->display());
    if (!change.fetching.empty()) text.set("fetching", digests_value(change.fetching));
    if (change.restoring) text.set("restoring", restoring_value(*change.restoring));
    if (change.replacing) {
        json::Value replacing = json::Value::object();
        if (change.replacing->lock) replacing.set("lock", change.replacing->lock->string());
        text.set("replacing", std::move(replacing));
    }
    return json::to_line(text) + "\n";
}

std::optional<Change> parse_change(std::string_view text) {
    try {
        const json::Document document = json::read(text, "change");
        const json::Cursor root(document.root, "change");
        const std::uint64_t schema = root.at("schema").unsigned_integer();
        if (schema < 1 || schema > 3) return std::nullopt;
        Change change{root.at("server").string(), ModelName::parse(root.at("name").string())};
        change.began = root.at("began").time();
        if (root.has("before")) change.before = Digest::parse(root.at("before").string());
        change.wanted = digests_of(root.at("wanted"));
        if (root.has("fetching")) change.fetching = digests_of(root.at("fetching"));
        if (root.has("helper")) change.helper = ModelName::parse(root.at("helper").string());
        if (schema == 2) change.restoring = restoring_of(root.at("restoring"), change.before);
        if (schema == 3) {
            change.replacing.emplace();
            const json::Cursor replacing = root.at("replacing");
            if (replacing.has("lock")) change.replacing->lock = replacing.at("lock").string();
        }
        return change;
    } catch (const Error&) {
        return std::nullopt;
    }
}

Changes::Held::Held(fs::path file, std::unique_ptr<FileLock> lock, Change change)
    : file_(std::move(file)), lock_(std::move(lock)), change_(std::move(change)) {}

void Changes::Held::done() {
    std::error_code ignored;
    fs::remove(file_, ignored);
    lock_.reset();
}

Changes::Held Changes::begin(const Change& change, Stop stop) const {
    make_directory(directory_);
    const fs::path file = directory_ / (random_hex(16) + extension);
    auto lock = std::make_unique<FileLock>(file, std::move(stop)); // before the file: nobody finds it unheld
    write_file_atomically(file, to_text(change));
    return {file, std::move(lock), change};
}

fs::path Changes::lock_path(const std::string& server, const ModelName& name) const {
    make_directory(directory_);
    return directory_ / ("model-" + Digest::of(server + " " + to_lower(name.display())).id());
}

std::unique_ptr<FileLock> Changes::try_alone(const std::string& server, const ModelName& name) const {
    return FileLock::try_lock(lock_path(server, name));
}

std::unique_ptr<FileLock> Changes::alone(const std::string& server, const ModelName& name, Stop stop) const {
    return std::make_unique<FileLock>(lock_path(server, name), std::move(stop), std::chrono::hours(24));
}

std::vector<Changes::Held> Changes::left_behind() const {
    std::vector<Held> left;
    for (const fs::path& file : files_in(directory_)) {
        if (auto held = claim(file)) left.push_back(std::move(*held));
    }
    std::ranges::sort(left, {}, [](const Held& held) { return held.change().began; });
    return left;
}

} // namespace codemate::state
