#include "manifest/draft.hpp"
#include "manifest/model_keys.hpp"
#include "manifest/reader.hpp"
#include "manifest/words.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <charconv>

namespace codemate::manifest {
namespace {

constexpr std::uint64_t understood_schema = 1;

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

constexpr std::array<Key<Draft>, 2> vector_store_keys{{
    {"chroma",
     [](Reader& reader, const Node& node, Draft&) { reader.word(node, "the path of the store's directory"); }},
    {"dimension",
     [](Reader& reader, const Node& node, Draft&) { reader.count(node, "the length of a vector, at least 1"); }},
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
    {"schema",
     [](Reader& reader, const Node& node, Draft&) {
         if (node.value.unsigned_integer() != understood_schema) reader.wrong(node, "1");
     }},
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
         read_object(reader, node, vector_store_keys, draft);
         draft.manifest.vector_store = node.value;
     }},
    {"mirrors", read_mirrors},
    {"about",
     [](Reader& reader, const Node& node, Draft& draft) { read_project_about(reader, node, draft.manifest.about); }},
}};

// The reader's message is "manifest is not valid JSON: line 3, column 7: …"; the line has a place of its own here.
Problem syntax_problem(const Error& error) {
    Problem problem;
    problem.text = error.message();
    constexpr std::string_view before = "line ";
    const std::size_t at = problem.text.find(before);
    if (at == std::string::npos) return problem;
    const char* end = problem.text.data() + problem.text.size();
    const auto number = std::from_chars(problem.text.data() + at + before.size(), end, problem.line);
    std::string_view rest(number.ptr, static_cast<std::size_t>(end - number.ptr));
    if (rest.starts_with(", ")) rest.remove_prefix(2);
    problem.text = "not valid JSON: " + std::string(rest);
    return problem;
}

// Of a newer schema nothing else can be said.
bool is_newer(const json::Value& root, Problems& problems) {
    const json::Value* schema = root.find("schema");
    const auto number = schema == nullptr ? std::nullopt : schema->unsigned_integer();
    if (!number || *number <= understood_schema) return false;
    problems.add(schema->extent(), "/schema",
                 "the manifest has schema " + std::to_string(*number) + "; this codemate understands schema " +
                     std::to_string(understood_schema) + " and nothing newer");
    return true;
}

void read_root(const json::Value& root, Draft& draft, Problems& problems) {
    Reader reader(problems);
    if (root.is_object() && root.find("schema") == nullptr)
        problems.add(root.extent(), "/schema", "the key is missing; write \"schema\": 1");
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
        if (!is_newer(document.root, problems)) read_root(document.root, draft, problems);
    } catch (const Error& error) {
        return {std::move(draft.manifest), {syntax_problem(error)}};
    }
    return {std::move(draft.manifest), std::move(problems).in_order()};
}

} // namespace codemate::manifest
