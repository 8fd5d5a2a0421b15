#include "manifest/lock_entry.hpp"
#include "manifest/schema.hpp"
#include "manifest/words.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/manifest/lock.hpp"

#include <algorithm>
#include <map>

namespace codemate::manifest {
namespace {

// An entry while it is read; what is missing or wrong stays empty.
struct Draft {
    std::optional<Digest> digest;
    std::optional<ModelName> source;
    std::size_t source_line = 0;
    std::optional<std::uint64_t> size;
    Spelled size_at;
    std::string quantization;
    std::optional<Spelled> bytes;
    std::vector<Digest> same;
    std::string vectors;
};

std::optional<Digest> read_digest(Reader& reader, const Node& node) {
    const auto word = reader.word(node, "a digest (sha256: and 64 hexadecimal digits)");
    if (!word) return std::nullopt;
    check_digest(*word, reader.problems());
    return Digest::parse(word->text);
}

void read_size(Reader& reader, const Node& node, Draft& draft) {
    draft.size = reader.count(node, "a number of bytes");
    draft.size_at = {{}, node.value.extent(), node.path};
}

constexpr std::array<Key<Draft>, 7> entry_keys{{
    {"digest", [](Reader& reader, const Node& node, Draft& draft) { draft.digest = read_digest(reader, node); }},
    {"source",
     [](Reader& reader, const Node& node, Draft& draft) {
         const auto word = reader.word(node, "a model name, host/owner/model:tag");
         draft.source_line = node.value.extent().line;
         if (word) draft.source = model_name(*word, reader.problems());
     }},
    {"size", read_size},
    {"quantization", [](Reader& reader, const Node& node,
                        Draft& draft) { draft.quantization = reader.text(node, "a quantization such as \"Q4_0\""); }},
    {"manifest", [](Reader& reader, const Node& node,
                    Draft& draft) { draft.bytes = reader.word(node, "the registry's manifest as a text"); }},
    {"same",
     [](Reader& reader, const Node& node, Draft& draft) {
         for (const Node& element : reader.elements(node, "a list of digests")) {
             if (const auto digest = read_digest(reader, element)) draft.same.push_back(*digest);
         }
     }},
    {"vectors", [](Reader& reader, const Node& node,
                   Draft& draft) { draft.vectors = reader.text(node, "the vectors of the fixed sentences"); }},
}};

void check_bytes(const Draft& draft, Problems& problems) {
    if (!draft.bytes) return;
    const Digest digest = Digest::of(draft.bytes->text);
    if (draft.digest && digest != *draft.digest) {
        problems.add(*draft.bytes, "these bytes have the digest " + digest.text() + ", not the locked one");
        return;
    }
    try {
        const ByteCount size = Image::parse(draft.bytes->text).size();
        if (draft.size && ByteCount(*draft.size) != size) {
            problems.add(draft.size_at, "expected " + std::to_string(size.count()) +
                                            ", the sum of what the manifest names, found " +
                                            std::to_string(*draft.size));
        }
    } catch (const Error& error) {
        problems.add(*draft.bytes, error.message());
    }
}

// What an entry cannot do without.
void require_keys(const Node& node, Problems& problems) {
    for (const std::string_view key : {"digest", "source", "size"}) {
        if (node.value.find(key) != nullptr) continue;
        problems.add(node.value.extent(), node.path + json::pointer_step(key), "the key is missing");
    }
}

void check_twice(const ModelName& name, const Spelled& key, std::map<std::string, Spelled>& seen, Problems& problems) {
    const auto [first, is_new] = seen.emplace(to_lower(name.display()), key);
    if (is_new || first->second.text == key.text) return; // the very same text: reported by the reader
    problems.add(key, quoted(key.text, 100) + " is the same model as " + quoted(first->second.text, 100) + " on line " +
                          std::to_string(first->second.at.line));
}

void read_models(Reader& reader, const Node& node, Lock& lock) {
    lock.models = read_locked_models(reader, node);
}

constexpr std::array<Key<Lock>, 2> keys{{
    {"schema", [](Reader& reader, const Node& node, Lock&) { read_schema_number(reader, node); }},
    {"models", read_models},
}};

void read_root(const json::Value& root, Lock& lock, Problems& problems) {
    Reader reader(problems);
    require_schema(root, problems);
    if (root.is_object() && root.find("models") == nullptr)
        problems.add(root.extent(), "/models", "the key is missing");
    read_object(reader, Node{root, ""}, keys, lock);
}

json::Value digests(std::vector<Digest> same, const Digest& own) {
    std::ranges::sort(same);
    same.erase(std::unique(same.begin(), same.end()), same.end());
    json::Value list = json::Value::array();
    for (const Digest& digest : same) {
        if (digest != own) list.add(digest.text());
    }
    return list;
}

} // namespace

std::optional<Locked> read_locked(Reader& reader, const Node& node) {
    Draft draft;
    read_object(reader, node, entry_keys, draft);
    if (!node.value.is_object()) return std::nullopt;
    require_keys(node, reader.problems());
    check_bytes(draft, reader.problems());
    if (!draft.digest || !draft.source || !draft.size) return std::nullopt;
    Locked locked{*draft.digest, *draft.source, ByteCount(*draft.size), draft.quantization, {},
                  draft.same,    draft.vectors, draft.source_line};
    if (draft.bytes) locked.bytes = std::move(draft.bytes->text);
    return locked;
}

std::map<ModelName, Locked, ServerOrder> read_locked_models(Reader& reader, const Node& node) {
    std::map<ModelName, Locked, ServerOrder> models;
    std::map<std::string, Spelled> seen;
    for (const Entry& entry : reader.entries(node, "an object of model names")) {
        const auto name = entry.key.text.empty() ? std::nullopt : model_name(entry.key, reader.problems());
        if (name) check_twice(*name, entry.key, seen, reader.problems());
        auto locked = read_locked(reader, entry.node);
        if (name && locked) models.insert_or_assign(*name, std::move(*locked));
    }
    return models;
}

json::Value locked_json(const Locked& locked) {
    json::Value entry = json::Value::object();
    entry.set("digest", locked.digest.text());
    entry.set("source", locked.source.full());
    entry.set("size", locked.size.count());
    if (!locked.quantization.empty()) entry.set("quantization", locked.quantization);
    if (locked.bytes) entry.set("manifest", *locked.bytes);
    const json::Value same = digests(locked.same, locked.digest);
    if (!same.elements().empty()) entry.set("same", same);
    if (!locked.vectors.empty()) entry.set("vectors", locked.vectors);
    return entry;
}

json::Value locked_models_json(const std::map<ModelName, Locked, ServerOrder>& locked) {
    std::map<std::string, const Locked*> by_text; // in the order that a reader sees, not that of the names' parts
    for (const auto& [name, entry] : locked)
        by_text.emplace(name.display(), &entry);
    json::Value models = json::Value::object();
    for (const auto& [name, entry] : by_text)
        models.set(name, locked_json(*entry));
    return models;
}

ParsedLock parse_lock(std::string_view text) {
    ParsedLock parsed;
    Problems problems;
    try {
        const json::Document document = json::read(text, "lock");
        if (!is_newer_schema(document.root, "lock", problems)) read_root(document.root, parsed.lock, problems);
    } catch (const Error& error) {
        return {{}, {syntax_problem(error)}};
    }
    parsed.problems = std::move(problems).in_order();
    return parsed;
}

std::string to_text(const Lock& lock) {
    json::Value root = json::Value::object();
    root.set("schema", 1);
    root.set("models", locked_models_json(lock.models));
    return json::to_pretty(root) + "\n";
}

} // namespace codemate::manifest
