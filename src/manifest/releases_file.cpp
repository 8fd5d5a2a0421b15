#include "manifest/lock_entry.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/edit.hpp"
#include "codemate/json/read.hpp"
#include "codemate/manifest/releases.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace codemate::manifest {
namespace {

constexpr std::string_view file_name = "codemate.releases.json";
constexpr ByteCount largest{16 * 1024 * 1024};

using json::Value;

Value release_json(const Release& release) {
    Value value = Value::object();
    value.set("version", release.version).set("date", release.date).set("current", true);
    Value roles = Value::object();
    for (const auto& [role, model] : release.roles)
        roles.set(role, model.display());
    value.set("roles", std::move(roles));
    if (release.has_digests()) value.set("models", locked_models_json(release.models));
    if (!release.changes.empty()) value.set("changes", release.changes);
    if (!release.notes.empty()) value.set("notes", release.notes);
    return value;
}

// Four digits are more than any measurement is worth, and make a diff that can be read.
double rounded(double figure) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", figure);
    return std::strtod(text, nullptr);
}

Value figure_json(const MeasuredFigure& figure) {
    Value value = Value::object().set("median", rounded(figure.median));
    if (figure.low) value.set("low", rounded(*figure.low));
    if (figure.high) value.set("high", rounded(*figure.high));
    return value;
}

Value measured_json(const MeasuredSpeed& speed) {
    Value value = Value::object().set("model", speed.model.display());
    if (speed.digest) value.set("digest", speed.digest->text());
    const auto text = [&](std::string_view key, const std::string& content) {
        if (!content.empty()) value.set(key, content);
    };
    text("quantization", speed.quantization);
    text("hardware", speed.hardware);
    text("server_version", speed.server_version);
    text("codemate", speed.codemate);
    text("at", speed.at);
    value.set("num_ctx", speed.num_ctx).set("prompt_tokens", speed.prompt_tokens);
    value.set("tokens", speed.tokens).set("runs", speed.runs);
    if (speed.gpu_percent) value.set("gpu_percent", *speed.gpu_percent);
    if (speed.ttft_ms) value.set("ttft_ms", figure_json(*speed.ttft_ms));
    if (speed.prefill_tps) value.set("prefill_tps", figure_json(*speed.prefill_tps));
    if (speed.decode_tps) value.set("decode_tps", figure_json(*speed.decode_tps));
    if (speed.load_ms) value.set("load_ms", rounded(*speed.load_ms));
    return value;
}

std::string new_text(std::string_view project) {
    Value root = Value::object().set("schema", 1);
    if (!project.empty()) root.set("project", project);
    return json::to_pretty(root.set("releases", Value::array())) + "\n";
}

} // namespace

std::string with_release(std::string_view text, const Release& release) {
    const json::Document document = json::read(text, "the releases", json::Comments::allowed);
    std::string result(text);
    if (const Value* all = document.root.find("releases")) {
        for (std::size_t i = 0; i < all->elements().size(); ++i) {
            const Value* current = all->elements()[i].find("current");
            if (current != nullptr && current->boolean() == true)
                result = json::set_at(result, "/releases/" + std::to_string(i) + "/current", false);
        }
    }
    return json::prepend_at(result, "/releases", release_json(release));
}

std::string with_measured(std::string_view text, const std::vector<MeasuredSpeed>& speeds) {
    Value all = Value::array();
    for (const MeasuredSpeed& speed : speeds)
        all.add(measured_json(speed));
    return json::set_at(text, "/benchmarks/measured", all);
}

ReleasesFile::ReleasesFile(Origin manifest) : origin_(std::move(manifest)) {
    if (!origin_.is_built_in()) path_ = origin_.path.parent_path() / file_name;
}

std::string ReleasesFile::shown() const {
    if (origin_.is_built_in()) return "built-in releases";
    const std::filesystem::path directory = std::filesystem::path(origin_.shown).parent_path();
    return printable((directory / file_name).string());
}

std::optional<std::string> ReleasesFile::read() const {
    if (path_.empty()) return std::string(built_in_releases_text());
    try {
        return read_file(path_, largest);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return std::nullopt;
    }
}

Error ReleasesFile::problems(const std::vector<Problem>& found) const {
    return to_error(Origin{Origin::How::found, path_, shown()}, found)
        .hint("correct these lines, or take the file back from version control");
}

Releases ReleasesFile::load() const {
    const std::optional<std::string> text = read();
    if (!text) return {};
    ParsedReleases parsed = parse_releases(*text);
    if (!parsed.problems.empty()) throw problems(parsed.problems);
    return std::move(parsed.releases);
}

void ReleasesFile::update(const std::function<std::string(const std::string&)>& change, std::string_view project,
                          Stop stop) const {
    if (path_.empty()) throw Error(Kind::usage, "the built-in releases are part of codemate and cannot be changed");
    const FileLock lock(path_, stop);
    const std::optional<std::string> before = read();
    const std::string start = before ? *before : new_text(project);
    if (const ParsedReleases parsed = parse_releases(start); !parsed.problems.empty()) throw problems(parsed.problems);
    const std::string after = change(start);
    if (after == start) return;
    if (const ParsedReleases parsed = parse_releases(after); !parsed.problems.empty()) {
        throw Error(Kind::defect, shown() + " would become unreadable; nothing was written")
            .note(parsed.problems.front().path + ": " + parsed.problems.front().text);
    }
    write_file_atomically(path_, after);
}

bool ReleasesFile::begin_with_built_in(Stop stop) const {
    const FileLock lock(path_, stop);
    if (read()) return false;
    write_file_atomically(path_, built_in_releases_text());
    return true;
}

} // namespace codemate::manifest
