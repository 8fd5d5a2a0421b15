#include "manifest/draft.hpp"
#include "manifest/model_keys.hpp"
#include "manifest/reader.hpp"
#include "manifest/schema.hpp"
#include "manifest/words.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

namespace codemate::manifest {
namespace {

void read_roles(Reader& reader, const Node& node, Draft& draft) {
    for (const Entry& entry : reader.entries(node, "an object of roles and their models")) {
        check_word(entry.key, "role", reader.problems());
        draft.roles.push_back(entry.key);
        const auto word = reader.word(entry.node, "a model name");
        const auto name = word ? model_name(*word, reader.problems()) : std::nullopt;
        if (!name) continue;
        draft.mentions.push_back({*name, *word});
        if (draft.manifest.roles.insert_or_assign(entry.key.text, *name).second) {
            draft.manifest.role_order.push_back(entry.key.text);
        }
    }
}

void read_groups(Reader& reader, const Node& node, Draft& draft) {
    for (const Entry& entry : reader.entries(node, "an object of groups and their members")) {
        check_word(entry.key, "group", reader.problems());
        Draft::Group group{entry.key, {}};
        std::vector<std::string>& as_written = draft.manifest.groups[entry.key.text];
        const auto elements = reader.elements(entry.node, "a list of models, roles and groups");
        if (elements.empty() && entry.node.value.is_array()) {
            reader.problems().add(entry.key, "the group " + quoted(entry.key.text, 100) + " names nothing");
        }
        for (const Node& element : elements) {
            const auto word = reader.word(element, "the name of a model, role or group");
            if (!word) continue;
            group.members.push_back(*word);
            as_written.push_back(word->text);
        }
        draft.groups.push_back(std::move(group));
    }
}

void read_models(Reader& reader, const Node& node, Draft& draft) {
    std::map<ModelName, Spelled> seen;
    for (const Entry& entry : reader.entries(node, "an object of model names")) {
        const auto name = entry.key.text.empty() ? std::nullopt : model_name(entry.key, reader.problems());
        if (!name) continue;
        const auto [first, is_new] = seen.emplace(*name, entry.key);
        if (!is_new && first->second.text != entry.key.text) {
            reader.problems().add(entry.key, quoted(entry.key.text, 100) + " is the same model as " +
                                                 quoted(first->second.text, 100) + " on line " +
                                                 std::to_string(first->second.at.line));
        }
        draft.mentions.push_back({*name, entry.key});
        read_declared(reader, entry.node, *name, draft.manifest.models[*name]);
    }
}

void read_protected(Reader& reader, const Node& node, Draft& draft) {
    std::map<std::string, std::size_t> seen;
    for (const Node& element : reader.elements(node, "a list of model names, such as \"mistral\" or \"someone/*\"")) {
        const auto word = reader.word(element, "a model name, such as \"mistral\" or \"someone/*\"");
        const auto pattern = word ? name_pattern(*word, reader.problems()) : std::nullopt;
        if (!pattern) continue;
        if (!seen.emplace(to_lower(word->text), word->at.line).second)
            reader.problems().add(*word, quoted(word->text, 100) + " is named twice");
        draft.manifest.protect.push_back(*pattern);
    }
}

void read_mirrors(Reader& reader, const Node& node, Draft& draft) {
    for (const Node& element : reader.elements(node, "a list of registries")) {
        const auto word = reader.word(element, "a registry such as \"https://registry.lan:5000\"");
        if (!word) continue;
        check_mirror(*word, reader.problems());
        draft.manifest.mirrors.push_back(word->text);
    }
}

constexpr std::array<Key<Draft>, 1> budget_keys{{
    {"disk", [](Reader& reader, const Node& node, Draft& draft) { draft.manifest.disk_budget = reader.size(node); }},
}};

constexpr std::array<Key<Draft>, 1> policy_keys{{
    {"quantization",
     [](Reader& reader, const Node& node, Draft& draft) {
         draft.manifest.preferred_quantizations = reader.texts(node, "a list of quantizations, such as [\"Q4_0\"]");
     }},
}};

constexpr std::array<Key<VectorStore>, 5> vector_store_keys{{
    {"chroma", [](Reader& reader, const Node& node,
                  VectorStore& store) { store.chroma = reader.text(node, "the path of the store's directory"); }},
    {"volume", [](Reader& reader, const Node& node,
                  VectorStore& store) { store.volume = reader.text(node, "the name of a volume of Docker"); }},
    {"collection", [](Reader& reader, const Node& node,
                      VectorStore& store) { store.collection = reader.text(node, "the name of a collection"); }},
    {"dimension",
     [](Reader& reader, const Node& node, VectorStore& store) {
         store.dimension = reader.count(node, "the length of a vector, at least 1");
     }},
    {"rebuild", [](Reader& reader, const Node& node,
                   VectorStore& store) { store.rebuild = reader.text(node, "a command line, which is only printed"); }},
}};

// A word that is checked and kept.
template<std::string Manifest::*field>
void read_word(Reader& reader, const Node& node, Draft& draft, std::string_view expected,
               void (*check)(const Spelled&, Problems&)) {
    const auto word = reader.word(node, expected);
    if (!word) return;
    if (check != nullptr) check(*word, reader.problems());
    draft.manifest.*field = word->text;
}

// Long because it is the list of keys; docs/manifest.md and docs/json/codemate.schema.json describe them.
constexpr std::array<Key<Draft>, 14> keys{{
    {"$schema", [](Reader& reader, const Node& node, Draft&) { reader.word(node, "the URL of a JSON schema"); }},
    {"schema", [](Reader& reader, const Node& node, Draft&) { read_schema_number(reader, node); }},
    {"project",
     [](Reader& reader, const Node& node, Draft& draft) {
         read_word<&Manifest::project>(reader, node, draft, "the project's name", nullptr);
     }},
    {"version",
     [](Reader& reader, const Node& node, Draft& draft) {
         read_word<&Manifest::version>(reader, node, draft, "a version such as \"0.4.0\"", check_version);
     }},
    {"ollama",
     [](Reader& reader, const Node& node, Draft& draft) {
         read_word<&Manifest::ollama>(reader, node, draft, "a server version such as \">=0.21\"", check_requirement);
     }},
    {"roles", read_roles},
    {"groups", read_groups},
    {"protected", read_protected},
    {"budget", [](Reader& reader, const Node& node, Draft& draft) { read_object(reader, node, budget_keys, draft); }},
    {"policy", [](Reader& reader, const Node& node, Draft& draft) { read_object(reader, node, policy_keys, draft); }},
    {"models", read_models},
    {"vector_store",
     [](Reader& reader, const Node& node, Draft& draft) {
         read_object(reader, node, vector_store_keys, draft.manifest.vector_store.emplace());
     }},
    {"mirrors", read_mirrors},
    {"about",
     [](Reader& reader, const Node& node, Draft& draft) { read_project_about(reader, node, draft.manifest.about); }},
}};

void read_root(const json::Value& root, Draft& draft, Problems& problems) {
    Reader reader(problems);
    require_schema(root, problems);
    read_object(reader, Node{root, ""}, keys, draft);
    read_members(draft, problems);
    check_collisions(draft, problems);
    check_spelling(draft, problems);
    check_cycles(draft, problems);
    for (const Draft::Mention& mention : draft.mentions)
        draft.manifest.models.try_emplace(mention.name);
}

} // namespace

Parsed parse(std::string_view text, Origin origin) {
    Draft draft;
    draft.manifest.origin = std::move(origin);
    Problems problems;
    try {
        const json::Document document = json::read(text, "manifest", json::Comments::allowed);
        if (!is_newer_schema(document.root, "manifest", problems)) read_root(document.root, draft, problems);
    } catch (const Error& error) {
        return {std::move(draft.manifest), {syntax_problem(error)}};
    }
    return {std::move(draft.manifest), std::move(problems).in_order()};
}

} // namespace codemate::manifest
