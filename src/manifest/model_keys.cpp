#include "manifest/model_keys.hpp"

#include "manifest/words.hpp"

#include "codemate/base/text.hpp"

namespace codemate::manifest {
namespace {

constexpr std::string_view list_of_texts = "a list of texts";

constexpr std::array<Key<Expect>, 5> expect_keys{{
    {"size", [](Reader& reader, const Node& node, Expect& expect) { expect.size = reader.size(node); }},
    {"quantization",
     [](Reader& reader, const Node& node, Expect& expect) {
         if (auto word = reader.word(node, "a quantization such as \"Q4_0\"")) expect.quantization = word->text;
     }},
    {"context", [](Reader& reader, const Node& node,
                   Expect& expect) { expect.context = reader.count(node, "a number of tokens, at least 1"); }},
    {"license",
     [](Reader& reader, const Node& node, Expect& expect) {
         const auto word = reader.word(node, "a digest (sha256: and 64 hexadecimal digits)");
         if (!word) return;
         check_digest(*word, reader.problems());
         expect.license = word->text;
     }},
    {"gpu", [](Reader& reader, const Node& node, Expect& expect) { expect.gpu = reader.flag(node); }},
}};

constexpr std::array<Key<Promise>, 2> promise_keys{{
    {"decode_tps",
     [](Reader& reader, const Node& node, Promise& promise) {
         promise.decode_tps = reader.amount(node, "a number of tokens a second, more than 0");
     }},
    {"ttft_ms",
     [](Reader& reader, const Node& node, Promise& promise) {
         promise.ttft_ms = reader.amount(node, "a number of milliseconds, more than 0");
     }},
}};

constexpr std::array<Key<Stated>, 3> stated_keys{{
    {"size",
     [](Reader& reader, const Node& node, Stated& stated) {
         if (reader.size(node)) stated.size = node.value.string() ? *node.value.string() : json::to_line(node.value);
     }},
    {"quantization",
     [](Reader& reader, const Node& node, Stated& stated) {
         stated.quantization = reader.text(node, "a quantization such as \"Q4_0\"");
     }},
    {"context", [](Reader& reader, const Node& node,
                   Stated& stated) { stated.context = reader.count(node, "a number of tokens, at least 1"); }},
}};

std::string read_notes(Reader& reader, const Node& node) {
    if (!node.value.is_array()) return reader.text(node, "a text or a list of texts");
    std::string notes;
    for (const std::string& note : reader.texts(node, list_of_texts))
        notes += (notes.empty() ? "" : "\n") + note;
    return notes;
}

constexpr std::array<Key<About>, 6> about_keys{{
    {"purpose",
     [](Reader& reader, const Node& node, About& about) { about.purpose = reader.texts(node, list_of_texts); }},
    {"languages",
     [](Reader& reader, const Node& node, About& about) { about.languages = reader.texts(node, list_of_texts); }},
    {"why", [](Reader& reader, const Node& node, About& about) { about.why = reader.texts(node, list_of_texts); }},
    {"performance",
     [](Reader& reader, const Node& node, About& about) { about.performance = reader.text(node, "a text"); }},
    {"notes", [](Reader& reader, const Node& node, About& about) { about.notes = read_notes(reader, node); }},
    {"stated",
     [](Reader& reader, const Node& node, About& about) { read_object(reader, node, stated_keys, about.stated); }},
}};

struct Named {
    const ModelName& name;
    Declared& declared;
};

void read_from(Reader& reader, const Node& node, Named& model) {
    const auto word = reader.word(node, "a model name");
    if (!word) return;
    model.declared.from = model_name(*word, reader.problems());
    if (model.declared.from && model.declared.from->same_on_server(model.name)) {
        reader.problems().add(*word, quoted(word->text, 100) +
                                         " is the model's own name; leave \"from\" out, or name another model");
    }
}

constexpr std::array<Key<Named>, 5> declared_keys{{
    {"from", read_from},
    {"expect", [](Reader& reader, const Node& node,
                  Named& model) { read_object(reader, node, expect_keys, model.declared.expect); }},
    {"options",
     [](Reader& reader, const Node& node, Named& model) { model.declared.options = read_any_object(reader, node); }},
    {"promise", [](Reader& reader, const Node& node,
                   Named& model) { read_object(reader, node, promise_keys, model.declared.promise); }},
    {"about", [](Reader& reader, const Node& node,
                 Named& model) { read_object(reader, node, about_keys, model.declared.about); }},
}};

void read_references(Reader& reader, const Node& node, ProjectAbout& about) {
    for (const Entry& entry : reader.entries(node, "an object of titles, and where each leads")) {
        if (const auto target = reader.word(entry.node, "a URL, or a path from where codemate.json stands"))
            about.references.emplace_back(entry.key.text, target->text);
    }
}

constexpr std::array<Key<ProjectAbout>, 6> project_about_keys{{
    {"purpose",
     [](Reader& reader, const Node& node, ProjectAbout& about) { about.purpose = reader.texts(node, list_of_texts); }},
    {"criteria",
     [](Reader& reader, const Node& node, ProjectAbout& about) { about.criteria = reader.texts(node, list_of_texts); }},
    {"notes",
     [](Reader& reader, const Node& node, ProjectAbout& about) { about.notes = reader.texts(node, list_of_texts); }},
    {"storage",
     [](Reader& reader, const Node& node, ProjectAbout& about) { about.storage = reader.texts(node, list_of_texts); }},
    {"validation", [](Reader& reader, const Node& node,
                      ProjectAbout& about) { about.validation = reader.texts(node, list_of_texts); }},
    {"references", read_references},
}};

void check_keys_below(Reader& reader, const Node& node) {
    if (node.value.is_object()) {
        for (const Entry& entry : reader.entries(node, "an object"))
            check_keys_below(reader, entry.node);
    } else if (node.value.is_array()) {
        for (const Node& element : reader.elements(node, "a list"))
            check_keys_below(reader, element);
    }
}

} // namespace

void read_declared(Reader& reader, const Node& node, const ModelName& name, Declared& declared) {
    Named model{name, declared};
    read_object(reader, node, declared_keys, model);
}

void read_project_about(Reader& reader, const Node& node, ProjectAbout& about) {
    read_object(reader, node, project_about_keys, about);
}

json::Value read_any_object(Reader& reader, const Node& node) {
    if (!node.value.is_object()) {
        reader.wrong(node, "an object");
        return {};
    }
    check_keys_below(reader, node);
    return node.value;
}

} // namespace codemate::manifest
