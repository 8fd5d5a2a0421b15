#include "codemate/state/journal.hpp"

#include "state/aside.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <system_error>

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr std::size_t most_bytes = std::size_t{8} << 20U;
constexpr std::size_t longest_manifest = std::size_t{256} << 10U;
constexpr ByteCount file_limit(std::uint64_t{64} << 20U); // written by something else

std::string read_if_there(const std::filesystem::path& file) {
    try {
        return read_file(file, file_limit);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return {};
    }
}

// The newest lines that fit, of a text of whole lines.
std::string newest(std::string_view text) {
    std::size_t begin = text.size();
    for (std::size_t count = 0; begin > 0 && count < most_entries; ++count) {
        const std::size_t end_before = begin < 2 ? std::string_view::npos : text.rfind('\n', begin - 2);
        const std::size_t line = end_before == std::string_view::npos ? 0 : end_before + 1;
        if (text.size() - line > most_bytes) break;
        begin = line;
    }
    return std::string(text.substr(begin));
}

} // namespace

std::string to_line(const Pulled& pulled) {
    json::Value line = json::Value::object();
    line.set("at", to_rfc3339(pulled.at)).set("server", pulled.server).set("name", pulled.name.full());
    line.set("digest", pulled.digest.text()).set("source", pulled.source.full());
    line.set("fetched", pulled.fetched.count()).set("duration_s", in_seconds(pulled.took));
    if (pulled.removed) line.set("removed", true);
    if (pulled.manifest && pulled.manifest->size() <= longest_manifest) line.set("manifest", *pulled.manifest);
    return json::to_line(line);
}

std::optional<Pulled> parse_line(std::string_view text) {
    try {
        const json::Document document = json::read(text, "journal");
        const json::Cursor line(document.root, "journal");
        const auto digest = Digest::parse(line.at("digest").string());
        if (!digest) return std::nullopt;
        Pulled pulled{line.at("at").time(),
                      line.string_or("server", ""),
                      ModelName::parse(line.at("name").string()),
                      *digest,
                      std::nullopt,
                      ModelName::parse(line.at("source").string())};
        pulled.fetched = ByteCount(line.unsigned_or("fetched", 0));
        if (const json::Value* took = document.root.find("duration_s"); took != nullptr && took->number())
            pulled.took = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*took->number()));
        pulled.removed = line.has("removed");
        // Bytes that do not have the digest are somebody's mistake or malice: the entry is true without them.
        if (line.has("manifest") && Digest::of(line.at("manifest").string()) == *digest)
            pulled.manifest = line.at("manifest").string();
        return pulled;
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<Pulled> Journal::entries() const {
    std::vector<Pulled> entries;
    if (is_larger(file_, file_limit)) {
        diagnostics::info("the journal " + quoted(file_.string()) + " is larger than " + to_string(file_limit) +
                          " and was not read");
        return entries;
    }
    const std::string text = read_if_there(file_);
    for (const std::string_view line : split(text, '\n')) {
        if (auto pulled = line.empty() ? std::nullopt : parse_line(line)) entries.push_back(std::move(*pulled));
    }
    return entries;
}

void Journal::add(const Pulled& pulled, Stop stop) const {
    std::error_code failure;
    std::filesystem::create_directories(file_.parent_path(), failure);
    if (failure) throw_errno(failure.value(), "make", file_.parent_path());
    const FileLock lock(file_, std::move(stop));
    if (is_larger(file_, file_limit)) put_aside(file_, file_limit, "the journal");
    std::string text = read_if_there(file_);
    if (!text.empty() && text.back() != '\n') text += '\n'; // half a line, of a crash long ago
    write_file_atomically(file_, newest(text + to_line(pulled) + "\n"));
}

} // namespace codemate::state
