#include "support/depots.hpp"

#include "codemate/json/read.hpp"

#include <fstream>
#include <functional>
#include <iterator>

namespace codemate::test {
namespace {

constexpr std::string_view annotation = "org.opencontainers.image.ref.name";

using Put = std::function<void(const std::string& path, const std::string& content)>;

std::string type_of(const std::string& manifest) {
    const json::Document document = json::read(manifest, "the manifest");
    const json::Value* type = document.root.find("mediaType");
    return type != nullptr ? *type->string() : "application/vnd.docker.distribution.manifest.v2+json";
}

std::string index_with(const std::string& before, const ModelName& name, const std::string& manifest) {
    json::Value manifests = json::Value::array();
    if (!before.empty()) {
        const json::Document document = json::read(before, "the index");
        for (const json::Value& entry : document.root.find("manifests")->elements()) {
            if (*entry.find("annotations")->find(annotation)->string() != name.full()) manifests.add(entry);
        }
    }
    manifests.add(json::Value::object()
                      .set("mediaType", type_of(manifest))
                      .set("digest", Digest::of(manifest).text())
                      .set("size", std::uint64_t{manifest.size()})
                      .set("annotations", json::Value::object().set(annotation, name.full())));
    json::Value root = json::Value::object();
    return json::to_line(root.set("schemaVersion", 2).set("manifests", std::move(manifests)));
}

void put_layout(const Put& put, const std::string& index, const ModelName& name, const FakeRegistry::Model& model) {
    put("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    const std::string blobs = "blobs/sha256/";
    put(blobs + Digest::of(model.manifest).hex(), model.manifest);
    for (const auto& [digest, content] : model.blobs)
        put(blobs + digest.hex(), content);
    put("index.json", index_with(index, name, model.manifest));
}

} // namespace

void add_to_layout(MemoryDisk& disk, const ModelName& name, const FakeRegistry::Model& model) {
    const auto put = [&](const std::string& path, const std::string& content) { disk.put(path, content); };
    put_layout(put, disk.has("index.json") ? disk.content("index.json") : "", name, model);
}

void add_to_layout(const std::filesystem::path& directory, const ModelName& name, const FakeRegistry::Model& model) {
    const auto put = [&](const std::string& path, const std::string& content) {
        std::filesystem::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << content;
    };
    std::ifstream index(directory / "index.json", std::ios::binary);
    put_layout(put, {std::istreambuf_iterator<char>(index), {}}, name, model);
}

void add_to_store(MemoryDisk& disk, const ModelName& name, const FakeRegistry::Model& model) {
    disk.put("manifests/" + name.host() + '/' + name.owner() + '/' + name.model() + '/' + name.tag(), model.manifest);
    for (const auto& [digest, content] : model.blobs)
        disk.put("blobs/sha256-" + digest.hex(), content);
}

} // namespace codemate::test
