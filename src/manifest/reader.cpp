#include "manifest/reader.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <map>
#include <set>

namespace codemate::manifest {

void Reader::wrong(const Node& node, std::string_view expected) {
    std::string found(node.value.type_name());
    if (const std::string* text = node.value.string()) found = text->empty() ? "an empty text" : quoted(*text, 100);
    if (node.value.number()) found = json::to_line(node.value);
    problems_.add(node.value.extent(), node.path, "expected " + std::string(expected) + ", found " + found);
}

void Reader::unknown_key(const Spelled& key, std::span<const std::string> known) {
    if (key.text.empty()) return; // reported already
    std::optional<std::string> meant = nearest(key.text, known);
    std::string text = "unknown key " + quoted(key.text, 100);
    if (!meant) text += "; known here: " + listed(known);
    problems_.add(key, std::move(text), std::move(meant).value_or(""));
}

std::vector<Entry> Reader::entries(const Node& node, std::string_view expected) {
    std::vector<Entry> entries;
    if (!node.value.is_object()) {
        wrong(node, expected);
        return entries;
    }
    std::map<std::string_view, std::size_t> lines;
    for (const json::Member& member : node.value.members()) {
        const std::string path = node.path + json::pointer_step(member.key);
        const Spelled key{member.key, member.key_extent, path};
        const auto [first, is_new] = lines.emplace(member.key, member.key_extent.line);
        if (member.key.empty()) problems_.add(key, "the name is empty");
        if (!is_new) {
            problems_.add(key,
                          quoted(member.key, 100) + " is given twice; first on line " + std::to_string(first->second));
        }
        entries.push_back({key, {member.value, path}});
    }
    return entries;
}

std::vector<Node> Reader::elements(const Node& node, std::string_view expected) {
    std::vector<Node> nodes;
    if (!node.value.is_array()) wrong(node, expected);
    for (const json::Value& value : node.value.elements())
        nodes.push_back({value, node.path + "/" + std::to_string(nodes.size())});
    return nodes;
}

std::optional<Spelled> Reader::word(const Node& node, std::string_view expected) {
    const std::string* text = node.value.string();
    if (text == nullptr || text->empty()) {
        wrong(node, expected);
        return std::nullopt;
    }
    return Spelled{*text, node.value.extent(), node.path};
}

std::string Reader::text(const Node& node, std::string_view expected) {
    std::optional<Spelled> found = word(node, expected);
    return found ? std::move(found->text) : std::string();
}

std::vector<std::string> Reader::texts(const Node& node, std::string_view expected) {
    std::vector<std::string> texts;
    std::set<std::string> seen;
    for (const Node& element : elements(node, expected)) {
        const std::optional<Spelled> found = word(element, "a text");
        if (!found) continue;
        if (!seen.insert(found->text).second) problems_.add(*found, quoted(found->text, 100) + " is named twice");
        texts.push_back(found->text);
    }
    return texts;
}

std::optional<bool> Reader::flag(const Node& node) {
    const std::optional<bool> value = node.value.boolean();
    if (!value) wrong(node, "true or false");
    return value;
}

std::optional<std::uint64_t> Reader::count(const Node& node, std::string_view expected) {
    const std::optional<std::uint64_t> value = node.value.unsigned_integer();
    if (value && *value > 0) return value;
    wrong(node, expected);
    return std::nullopt;
}

std::optional<double> Reader::amount(const Node& node, std::string_view expected) {
    const std::optional<double> value = node.value.number();
    if (value && *value > 0) return value;
    wrong(node, expected);
    return std::nullopt;
}

std::optional<ByteCount> Reader::size(const Node& node) {
    constexpr std::string_view expected = "a size such as \"10GB\", \"512MiB\" or a number of bytes";
    std::optional<ByteCount> size;
    if (const std::string* text = node.value.string()) {
        try {
            size = ByteCount::parse(*text);
        } catch (const Error&) {
            // Reported below, like every other value that is no size.
        }
    } else if (const auto bytes = node.value.unsigned_integer()) {
        size = ByteCount(*bytes);
    }
    if (size && size->count() > 0) return size;
    wrong(node, expected);
    return std::nullopt;
}

} // namespace codemate::manifest
