#include "sandbox/catalog.hpp"

#include "sandbox/go_json.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace codemate::sandbox {
namespace {

std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

// Random bytes of which any part can be had without those before it.
std::string filler(std::uint64_t seed, std::uint64_t offset, std::size_t length) {
    std::string bytes(length + 16, '\0');
    const std::uint64_t first = offset / 8;
    for (std::size_t word = 0; word * 8 < length + 8; ++word) {
        const std::uint64_t value = mixed(seed + (first + word + 1) * 0x9e3779b97f4a7c15U);
        std::memcpy(bytes.data() + word * 8, &value, 8);
    }
    return bytes.substr(offset % 8, length);
}

Content text_content(std::string text) {
    auto shared = std::make_shared<const std::string>(std::move(text));
    return {shared->size(), [shared](std::uint64_t offset, std::size_t length) {
                return offset >= shared->size() ? std::string() : shared->substr(offset, length);
            }};
}

Content padded_content(std::string head, std::uint64_t size, std::uint64_t seed) {
    if (size <= head.size()) return text_content(std::move(head));
    auto shared = std::make_shared<const std::string>(std::move(head));
    return {size, [shared, size, seed](std::uint64_t offset, std::size_t length) {
                length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size - std::min(offset, size)));
                std::string bytes = offset < shared->size() ? shared->substr(offset, length) : std::string();
                if (bytes.size() < length)
                    bytes += filler(seed, offset + bytes.size() - shared->size(), length - bytes.size());
                return bytes;
            }};
}

Layer layer(std::string media_type, Content content) {
    constexpr std::size_t piece = 1 << 20;
    Sha256 hash;
    for (std::uint64_t at = 0; at < content.size; at += piece)
        hash.update(content.read(at, piece));
    return {std::move(media_type), hash.finish().text(), std::move(content)};
}

json::Value described(const Layer& layer) {
    auto value = json::Value::object();
    value.set("mediaType", layer.media_type);
    value.set("digest", layer.digest);
    value.set("size", layer.content.size);
    return value;
}

std::string configuration(const Recipe& recipe, const std::vector<Layer>& layers) {
    auto families = json::Value::array();
    families.add(recipe.family);
    auto digests = json::Value::array();
    for (const auto& each : layers)
        digests.add(each.digest);
    auto root = json::Value::object();
    root.set("type", "layers");
    root.set("diff_ids", digests);
    auto value = json::Value::object();
    value.set("model_format", "gguf");
    value.set("model_family", recipe.family);
    value.set("model_families", families);
    value.set("model_type", recipe.parameters);
    value.set("file_type", recipe.quantization);
    value.set("architecture", "amd64");
    value.set("os", "linux");
    value.set("rootfs", root);
    return json::to_line(value);
}

std::uint64_t seed_of(const CatalogEntry& entry, Version version) {
    const auto& recipe = version == Version::moved ? entry.moved : entry.served;
    if (recipe.seed != 0) return recipe.seed;
    const auto bytes = Digest::of(entry.name.full() + (version == Version::moved ? " moved" : "")).bytes();
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

std::vector<Layer> make_layers(const Recipe& recipe, std::uint64_t seed) {
    const std::string media = "application/vnd.ollama.image.";
    const gguf::Shape shape{.file_type = gguf::file_type_number(recipe.quantization),
                            .context = recipe.context,
                            .layers = recipe.layers,
                            .embedding = recipe.embedding,
                            .seed = seed};
    std::string head = recipe.layers == 0 ? "" : gguf::make(shape);
    std::vector<Layer> layers{layer(media + "model", padded_content(std::move(head), recipe.size, seed))};
    const auto add = [&](const std::string& kind, const std::string& text) {
        if (!text.empty()) layers.push_back(layer(media + kind, text_content(text)));
    };
    add("template", recipe.template_text);
    add("system", recipe.system);
    add("license", recipe.license);
    add("params", recipe.params.is_object() ? go::encode(recipe.params) : "");
    return layers;
}

Image make_image(const CatalogEntry& entry, Version version) {
    const auto& recipe = version == Version::moved ? entry.moved : entry.served;
    Image image;
    image.layers = make_layers(recipe, seed_of(entry, version));
    const Layer config =
        layer("application/vnd.docker.container.image.v1+json", text_content(configuration(recipe, image.layers)));
    auto manifest = json::Value::object();
    manifest.set("schemaVersion", 2);
    manifest.set("mediaType", "application/vnd.docker.distribution.manifest.v2+json");
    manifest.set("config", described(config));
    auto layers = json::Value::array();
    for (const auto& each : image.layers)
        layers.add(described(each));
    manifest.set("layers", layers);
    image.layers.push_back(config);
    image.manifest = json::to_line(manifest);
    image.digest = Digest::of(image.manifest).hex();
    return image;
}

} // namespace

Catalog::Catalog(std::vector<CatalogEntry> entries) : entries_(std::move(entries)) {
    for (const auto& entry : entries_) {
        if (entry.same_as.empty()) continue;
        const auto other = Name::parse(entry.same_as);
        const auto* found = other ? find(*other) : nullptr;
        if (found == nullptr || !found->same_as.empty())
            throw Error(Kind::usage, "the catalogue's " + quoted(entry.name.display()) + " is the same as " +
                                         quoted(entry.same_as) + ", which is no model of its own in it");
    }
}

const CatalogEntry* Catalog::find(const Name& name) const {
    const auto found = std::ranges::find_if(entries_, [&](const CatalogEntry& entry) {
        return entry.name.owner == name.owner && entry.name.model == name.model && entry.name.tag == name.tag;
    });
    return found == entries_.end() ? nullptr : &*found;
}

const Image& Catalog::made(const CatalogEntry& entry, Version version) const {
    const auto& owner = entry.same_as.empty() ? entry : *find(*Name::parse(entry.same_as));
    const std::string key = owner.name.full() + (version == Version::moved ? " moved" : "");
    const auto known = images_.find(key);
    if (known != images_.end()) return known->second;
    const auto& image = images_.emplace(key, make_image(owner, version)).first->second;
    for (const auto& each : image.layers)
        blobs_.emplace(each.digest, each.content);
    return image;
}

const Image& Catalog::image(const CatalogEntry& entry, Version version) const {
    const std::lock_guard lock(mutex_);
    return made(entry, version);
}

std::optional<Content> Catalog::blob(std::string_view digest) const {
    const std::lock_guard lock(mutex_);
    const auto known = [&]() -> std::optional<Content> {
        const auto found = blobs_.find(digest);
        return found == blobs_.end() ? std::nullopt : std::optional(found->second);
    };
    if (auto found = known()) return found;
    for (const auto& entry : entries_)
        for (const auto version : {Version::served, Version::moved}) {
            made(entry, version);
            if (auto found = known()) return found;
        }
    return std::nullopt;
}

namespace {

// Stand-ins in one sentence: real ones would only be longer. Models of one kind share theirs, as in the real registry.
std::string license(std::string_view name) {
    return std::string(name) + ". This sentence stands in for its text: the model is simulated by codemate-sandbox.\n";
}

constexpr std::string_view chat =
    "{{ if .System }}<|system|>\n{{ .System }}\n{{ end }}<|user|>\n{{ .Prompt }}\n<|assistant|>\n";
constexpr std::string_view coder =
    "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>\n"
    "{{- else }}{{- if .Tools }}# Tools\n{{ .Tools }}\n{{ end }}{{ if .System }}{{ .System }}\n{{ end }}{{ .Prompt "
    "}}{{- end }}";
constexpr std::string_view infill = "{{- if .Suffix }}<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>{{- else }}[INST] {{ "
                                    ".System }}{{ .Prompt }} [/INST]{{- end }}";
constexpr std::string_view instruct = "[INST] {{ if .System }}{{ .System }} {{ end }}{{ .Prompt }} [/INST]";

json::Value stop_at(std::initializer_list<std::string_view> words) {
    auto list = json::Value::array();
    for (const auto word : words)
        list.add(word);
    auto params = json::Value::object();
    params.set("stop", list);
    return params;
}

struct Row {
    std::string_view name, family, parameters, quantization, license, template_text;
    std::uint32_t context, layers;
};

constexpr std::string_view apache = "Apache License, Version 2.0";
constexpr std::string_view llama2 = "Llama 2 Community License Agreement";

constexpr std::array rows{
    Row{"qwen2.5-coder:7b", "qwen2", "7.6B", "Q4_K_M", apache, coder, 32768, 3},
    Row{"qwen2.5-coder:7b-instruct-q4_0", "qwen2", "7.6B", "Q4_0", apache, coder, 32768, 3},
    Row{"qwen2.5-coder:32b", "qwen2", "32.8B", "Q4_K_M", apache, coder, 32768, 6},
    Row{"mistral:latest", "llama", "7.2B", "Q4_0", apache, instruct, 32768, 2},
    Row{"neural-chat:latest", "llama", "7B", "Q4_0", apache, chat, 32768, 2},
    Row{"codellama:7b", "llama", "7B", "Q4_0", llama2, infill, 16384, 2},
    Row{"codellama:34b", "llama", "34B", "Q4_0", llama2, infill, 16384, 6},
    Row{"deepseek-coder:6.7b", "llama", "7B", "Q4_0", "DeepSeek License Agreement, Version 1.0", chat, 16384, 2},
    Row{"starcoder2:7b", "starcoder2", "7B", "Q4_0", "BigCode OpenRAIL-M v1", infill, 16384, 2},
    Row{"codeqwen:7b", "qwen2", "7B", "Q4_0", "Tongyi Qianwen License Agreement", chat, 65536, 2},
    Row{"llama3:8b", "llama", "8.0B", "Q4_0", "Meta Llama 3 Community License Agreement", chat, 8192, 3},
    Row{"gemma:7b", "gemma", "9B", "Q4_0", "Gemma Terms of Use", chat, 8192, 3},
    Row{"phi3:mini", "phi3", "3.8B", "Q4_0", "MIT License", chat, 131072, 1},
    Row{"mixtral:8x7b", "llama", "46.7B", "Q4_0", apache, instruct, 32768, 8},
    Row{"nomic-embed-text:latest", "nomic-bert", "137M", "F16", apache, "{{ .Prompt }}", 8192, 1},
    Row{"llama3.2:latest", "llama", "3.2B", "Q4_K_M", "Llama 3.2 Community License Agreement", coder, 131072, 1},
    Row{"tinyllama:latest", "llama", "1B", "Q4_0", apache, chat, 2048, 1},
};

CatalogEntry entry_of(const Row& row) {
    CatalogEntry entry{.name = *Name::parse(row.name)};
    auto& recipe = entry.served;
    recipe.family = row.family;
    recipe.parameters = row.parameters;
    recipe.quantization = row.quantization;
    recipe.context = row.context;
    recipe.layers = row.layers;
    recipe.embedding = entry.name.model == "nomic-embed-text";
    recipe.license = license(row.license);
    recipe.template_text = row.template_text;
    if (row.template_text == instruct || row.template_text == infill) recipe.params = stop_at({"[INST]", "[/INST]"});
    if (row.template_text == chat) recipe.params = stop_at({"<|user|>", "<|assistant|>"});
    entry.moved = recipe;
    return entry;
}

} // namespace

std::vector<CatalogEntry> built_in_catalog() {
    std::vector<CatalogEntry> entries;
    for (const auto& row : rows)
        entries.push_back(entry_of(row));
    // Two tags of one image.
    entries.push_back({.name = *Name::parse("neural-chat:7b"), .same_as = "neural-chat:latest"});
    // As the real tag did: other weights, another quantization.
    for (auto& entry : entries)
        if (entry.name.model == "mistral") entry.moved.quantization = "Q4_K_M";
    return entries;
}

namespace {

class EntryReader {
public:
    explicit EntryReader(const json::Cursor& object) : object_(object) {}

    // Reads the keys that are there, over what the recipe says already.
    void read(Recipe& recipe) const {
        for (const auto& member : object_.value().members()) {
            const auto at = object_.at(member.key);
            if (!one(recipe, member.key, at) && member.key != "name" && member.key != "same_as" &&
                member.key != "moved")
                at.fail(
                    "no such key: expected name, family, parameters, quantization, context, layers, size, embedding, "
                    "seed, license, template, system, params, same_as or moved");
        }
    }

private:
    static bool one(Recipe& recipe, std::string_view key, const json::Cursor& at) {
        if (key == "family")
            recipe.family = at.string();
        else if (key == "parameters")
            recipe.parameters = at.string();
        else if (key == "quantization")
            recipe.quantization = at.string();
        else if (key == "context")
            recipe.context = static_cast<std::uint32_t>(at.unsigned_integer());
        else if (key == "layers")
            recipe.layers = static_cast<std::uint32_t>(at.unsigned_integer());
        else if (key == "size")
            recipe.size = size(at);
        else if (key == "embedding")
            recipe.embedding = at.boolean();
        else if (key == "seed")
            recipe.seed = at.unsigned_integer();
        else if (key == "license")
            recipe.license = at.string();
        else if (key == "template")
            recipe.template_text = at.string();
        else if (key == "system")
            recipe.system = at.string();
        else if (key == "params")
            recipe.params = at.value();
        else
            return false;
        return true;
    }
    static std::uint64_t size(const json::Cursor& at) {
        if (at.value().is_string()) return ByteCount::parse(at.string()).count();
        return at.unsigned_integer();
    }

    const json::Cursor& object_;
};

CatalogEntry read_entry(const json::Cursor& object) {
    const auto name = Name::parse(object.at("name").string());
    if (!name) object.at("name").fail("a model's name");
    CatalogEntry entry{.name = *name, .same_as = object.string_or("same_as", "")};
    EntryReader(object).read(entry.served);
    entry.moved = entry.served;
    entry.moved.seed = 0;
    if (object.has("moved")) EntryReader(object.at("moved")).read(entry.moved);
    return entry;
}

} // namespace

std::vector<CatalogEntry> parse_catalog(std::string_view text, std::string_view what) {
    try {
        const auto document = json::read(text, what, json::Comments::allowed);
        std::vector<CatalogEntry> entries;
        for (const auto& object : json::Cursor(document.root, what).at("models").elements())
            entries.push_back(read_entry(object));
        return entries;
    } catch (const Error& error) {
        throw Error(Kind::usage, error.message());
    }
}

} // namespace codemate::sandbox
