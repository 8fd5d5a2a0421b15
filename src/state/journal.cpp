#include "codemate/state/journal.hpp"

#include "state/line_file.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr std::size_t most_bytes = std::size_t{8} << 20U;
constexpr std::size_t longest_manifest = std::size_t{256} << 10U;

LineFile lines_of(const std::filesystem::path& file) {
    return {file, "the journal"};
}

} // namespace

std::string to_line(const Pulled& pulled) {
    json::Value line = json::Value::object();
    line.set("at", to_rfc3339(pulled.at)).set("server", pulled.server).set("name", pulled.name.full());
    line.set("digest", pulled.digest.text()).set("source", pulled.source.full());
    line.set("fetched", pulled.fetched.count()).set("duration_s", in_seconds(pulled.took));
    if (pulled.removed) line.set("removed", true);
    if (pulled.attempts > 0)
        line.set("attempts", pulled.attempts).set("stalls", pulled.stalls).set("lost", pulled.lost.count());
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
        pulled.attempts = line.unsigned_or("attempts", 0);
        pulled.stalls = line.unsigned_or("stalls", 0);
        pulled.lost = ByteCount(line.unsigned_or("lost", 0));
        // Bytes that do not have the digest are somebody's mistake or malice: the entry is true without them.
        if (line.has("manifest") && Digest::of(line.at("manifest").string()) == *digest)
            pulled.manifest = line.at("manifest").string();
        return pulled;
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<Pulled> Journal::entries() const {
    return parsed_lines(lines_of(file_).text(), parse_line);
}

void Journal::add(const Pulled& pulled, Stop stop) const {
    const auto with_it = [&](std::string text) {
        return newest_lines(with_line(std::move(text), to_line(pulled)), most_entries, most_bytes);
    };
    lines_of(file_).change(with_it, std::move(stop));
}

} // namespace codemate::state
