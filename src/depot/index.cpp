#include "codemate/depot/index.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <optional>

namespace codemate::depot {
namespace {

constexpr std::string_view docker_type = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view oci_type = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view index_type = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view name_annotation = "org.opencontainers.image.ref.name";
constexpr std::string_view version_key = "imageLayoutVersion";
constexpr std::string_view version = "1.0.0";
constexpr std::string_view copy_again = "the directory is not as it was written: copy or export it again";

// As codemate writes names, or another tool's own, such as a tag alone.
std::optional<ModelName> full_name(const json::Cursor& entry) {
    if (!entry.has("annotations") || !entry.at("annotations").has(name_annotation)) return std::nullopt;
    const std::string& text = entry.at("annotations").at(name_annotation).string();
    try {
        ModelName name = ModelName::parse(text);
        if (name.full() == text) return name;
    } catch (const Error&) { // any word may stand there
    }
    return std::nullopt;
}

Digest digest_of(const json::Cursor& entry) {
    const json::Cursor text = entry.at("digest");
    const auto digest = Digest::parse(text.string());
    if (!digest || digest->text() != text.string()) text.fail("sha256: and 64 hexadecimal digits");
    return *digest;
}

Entry entry_of(ModelName name, const json::Cursor& entry) {
    const json::Cursor type = entry.at("mediaType");
    if (!is_manifest_type(type.string())) type.fail("the type of one image's manifest");
    return {std::move(name), type.string(), digest_of(entry), ByteCount(entry.at("size").unsigned_integer())};
}

void refuse_doubles(const std::vector<Entry>& sorted) {
    const auto twice = std::ranges::adjacent_find(
        sorted, [](const Entry& a, const Entry& b) { return a.name.same_on_server(b.name); });
    if (twice == sorted.end()) return;
    throw Error(Kind::damaged, std::string(index_file) + ": " + quoted(twice->name.display()) + " is there twice");
}

Index read(std::string_view text) {
    const json::Document document = json::read(text, index_file);
    const json::Cursor root(document.root, index_file);
    const json::Cursor version_of_schema = root.at("schemaVersion");
    if (version_of_schema.unsigned_integer() != 2) version_of_schema.fail("2");
    Index index;
    for (const json::Cursor& entry : root.at("manifests").elements()) {
        if (!entry.value().is_object()) entry.fail("an object");
        if (auto name = full_name(entry))
            index.models.push_back(entry_of(std::move(*name), entry));
        else
            ++index.others;
    }
    std::ranges::sort(index.models, ServerOrder{}, &Entry::name);
    refuse_doubles(index.models);
    return index;
}

// What is read here comes from no server.
Error as_damage(const Error& error) {
    return Error(Kind::damaged, error.message()).hint(std::string(copy_again));
}

} // namespace

std::string blob_path(const Digest& digest) {
    return std::string(blobs_directory) + '/' + digest.hex();
}

bool is_manifest_type(std::string_view media_type) {
    return media_type == docker_type || media_type == oci_type;
}

const Entry* Index::find(const ModelName& name) const {
    const auto found = std::ranges::lower_bound(models, name, ServerOrder{}, &Entry::name);
    return found != models.end() && found->name.same_on_server(name) ? &*found : nullptr;
}

Index parse_index(std::string_view text) {
    try {
        return read(text);
    } catch (const Error& error) {
        throw as_damage(error);
    }
}

std::string to_text(const Index& index) {
    std::vector<Entry> models = index.models;
    std::ranges::sort(models, ServerOrder{}, &Entry::name);
    json::Value manifests = json::Value::array();
    for (const Entry& entry : models) {
        manifests.add(json::Value::object()
                          .set("mediaType", entry.media_type)
                          .set("digest", entry.digest.text())
                          .set("size", entry.size.count())
                          .set("annotations", json::Value::object().set(name_annotation, entry.name.full())));
    }
    json::Value root = json::Value::object();
    root.set("schemaVersion", 2).set("mediaType", index_type).set("manifests", std::move(manifests));
    return json::to_pretty(root) + "\n";
}

std::string layout_text() {
    return json::to_line(json::Value::object().set(version_key, version)) + "\n";
}

void check_layout(std::string_view text) {
    std::string found;
    try {
        const json::Document document = json::read(text, layout_file);
        found = json::Cursor(document.root, layout_file).at(version_key).string();
    } catch (const Error& error) {
        throw as_damage(error);
    }
    if (found.starts_with("1.")) return;
    throw Error(Kind::usage, std::string(layout_file) + ": its version is " + quoted(found, 40) + ", and " +
                                 std::string(version) + " is understood")
        .hint("another program, or a newer codemate, wrote it: name another directory");
}

} // namespace codemate::depot
