#include "codemate/manifest/stated_speeds.hpp"

#include "codemate/base/files.hpp"
#include "codemate/json/read.hpp"

namespace codemate::manifest {
namespace {

constexpr std::string_view file_name = "codemate.releases.json";
constexpr ByteCount largest{4 * 1024 * 1024};

std::optional<double> positive(const json::Cursor& object, std::string_view key) {
    if (!object.has(key)) return std::nullopt;
    const json::Cursor member = object.at(key);
    const std::optional<double> number = member.value().number();
    if (!number || *number <= 0) member.fail("a number above nought");
    return number;
}

ModelName name_of(const json::Cursor& member) {
    try {
        return ModelName::parse(member.string());
    } catch (const Error& error) {
        if (error.kind() != Kind::usage) throw;
        member.fail("a model's name");
    }
}

StatedSpeed hardware_of(const json::Cursor& entry) {
    if (!entry.value().is_object()) entry.fail("an object");
    StatedSpeed speed{
        entry.string_or("processor", ""), entry.string_or("name", ""), entry.string_or("memory", ""), {}, {}, {}};
    if (entry.has("ttft_ms")) {
        const json::Cursor range = entry.at("ttft_ms");
        speed.ttft_ms_min = positive(range, "min");
        speed.ttft_ms_max = positive(range, "max");
    }
    return speed;
}

StatedSpeeds read(std::string_view text, std::string_view what) {
    const json::Document document = json::read(text, what, json::Comments::allowed);
    const json::Cursor root(document.root, what);
    StatedSpeeds speeds;
    if (!root.has("benchmarks")) return speeds;
    const json::Cursor benchmarks = root.at("benchmarks");
    if (!benchmarks.has("hardware")) return speeds;
    for (const json::Cursor& entry : benchmarks.at("hardware").elements()) {
        const StatedSpeed hardware = hardware_of(entry);
        if (!entry.has("models")) continue;
        for (const json::Cursor& each : entry.at("models").elements()) {
            StatedSpeed speed = hardware;
            speed.decode_tps = positive(each, "decode_tps");
            speeds[name_of(each.at("model"))].push_back(std::move(speed));
        }
    }
    return speeds;
}

} // namespace

StatedSpeeds parse_stated_speeds(std::string_view text, std::string_view what) {
    try {
        return read(text, what);
    } catch (const Error& error) {
        if (error.kind() != Kind::protocol) throw;
        throw Error(Kind::manifest, error.message());
    }
}

StatedSpeeds load_stated_speeds(const Origin& origin) {
    if (origin.is_built_in()) return parse_stated_speeds(built_in_releases_text(), file_name);
    std::string text;
    try {
        text = read_file(origin.path.parent_path() / file_name, largest);
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return {};
        throw;
    }
    return parse_stated_speeds(text, file_name);
}

} // namespace codemate::manifest
