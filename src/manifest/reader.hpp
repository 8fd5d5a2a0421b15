#pragma once

#include "manifest/problems.hpp"

#include "codemate/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace codemate::manifest {

// A value of the text and the way to it.
struct Node {
    const json::Value& value;
    std::string path;
};

// A member of an object.
struct Entry {
    Spelled key;
    Node node;
};

// Takes values of a certain type. What is of another type becomes a problem and reads as nothing.
class Reader {
public:
    explicit Reader(Problems& problems) : problems_(problems) {}

    Problems& problems() { return problems_; }

    // The members of an object. Empty keys and keys given twice are problems.
    std::vector<Entry> entries(const Node&, std::string_view expected);
    std::vector<Node> elements(const Node&, std::string_view expected); // of an array

    std::optional<Spelled> word(const Node&, std::string_view expected); // a string that is not empty
    std::string text(const Node&, std::string_view expected);            // likewise; empty if it is wrong
    std::vector<std::string> texts(const Node&, std::string_view expected);
    std::optional<bool> flag(const Node&);
    std::optional<std::uint64_t> count(const Node&, std::string_view expected); // more than zero
    std::optional<double> amount(const Node&, std::string_view expected);       // more than zero
    std::optional<ByteCount> size(const Node&);                                 // "10GB", or bytes; more than zero

    void wrong(const Node&, std::string_view expected);
    void unknown_key(const Spelled& key, std::span<const std::string> known);

private:
    Problems& problems_;
};

// A key that an object may have, and who reads its value into a T.
template<typename T>
struct Key {
    std::string_view name;
    void (*read)(Reader&, const Node&, T&);
};

template<typename T, std::size_t N>
void read_object(Reader& reader, const Node& node, const std::array<Key<T>, N>& keys, T& into) {
    for (const Entry& entry : reader.entries(node, "an object")) {
        std::vector<std::string> known;
        bool found = false;
        for (const Key<T>& key : keys) {
            if (key.name == entry.key.text) {
                key.read(reader, entry.node, into);
                found = true;
            }
            known.emplace_back(key.name);
        }
        if (!found) reader.unknown_key(entry.key, known);
    }
}

} // namespace codemate::manifest
