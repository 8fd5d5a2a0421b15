#include "codemate/model/gguf.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <map>

namespace codemate {
namespace {

// Value types of the format (docs/gguf.md of ggml).
constexpr std::uint64_t type_string = 8;
constexpr std::uint64_t type_array = 9;
// Bytes of a value of each type; 0: it says its length itself.
constexpr std::array<std::uint64_t, 13> sizes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

bool is_unsigned(std::uint64_t type) {
    return type == 0 || type == 2 || type == 4 || type == 10;
}
bool is_signed(std::uint64_t type) {
    return type == 1 || type == 3 || type == 5 || type == 11;
}

constexpr std::string_view magic = "GGUF";
constexpr std::uint64_t longest_key = 65'535; // by the format
constexpr std::size_t longest_architecture = 64;
constexpr std::size_t most_numbers = 10'000; // a real file has some dozens

// A file's bytes from the front. Past their end everything reads as nothing, and cut() says so.
class Bytes {
public:
    explicit Bytes(std::string_view rest) : rest_(rest) {}

    bool cut() const { return cut_; }
    std::size_t left() const { return rest_.size(); }

    std::string_view take(std::uint64_t count) {
        if (cut_ || count > rest_.size()) {
            cut_ = true;
            return {};
        }
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::uint64_t number(std::uint64_t size) {
        std::uint64_t value = 0;
        const std::string_view bytes = take(size);
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
        return value;
    }

private:
    std::string_view rest_;
    bool cut_ = false;
};

class Header {
public:
    explicit Header(std::string_view bytes) : bytes_(bytes) {}

    // False if these are not the bytes of such a file.
    bool read() {
        if (bytes_.take(magic.size()) != magic) return false;
        const std::uint64_t version = bytes_.number(4);
        if (!bytes_.cut() && (version < 1 || version > 3)) return false;
        length_size_ = version == 1 ? 4 : 8;
        length(); // how many tensors
        const std::uint64_t pairs = length();
        bool good = true;
        for (std::uint64_t i = 0; i < pairs && good && !bytes_.cut(); ++i)
            good = read_pair();
        return good;
    }

    GgufFacts facts() const {
        GgufFacts facts;
        facts.architecture = architecture_;
        facts.context_length = find(architecture_ + ".context_length");
        facts.block_count = find(architecture_ + ".block_count");
        facts.embedding_length = find(architecture_ + ".embedding_length");
        facts.file_type = find("general.file_type");
        facts.needs_more = bytes_.cut() && !facts.context_length;
        return facts;
    }

private:
    std::uint64_t length() { return bytes_.number(length_size_); }

    std::optional<std::uint64_t> find(const std::string& key) const {
        const auto found = numbers_.find(key);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }

    bool read_pair() {
        const std::uint64_t size = length();
        if (size > longest_key) return false;
        const std::string_view key = bytes_.take(size);
        const std::uint64_t type = bytes_.number(4);
        if (bytes_.cut()) return true;
        if (type >= sizes.size()) return false;
        if (type == type_string) return read_text(key);
        if (type == type_array) return skip_array();
        read_number(key, type);
        return true;
    }

    bool read_text(std::string_view key) {
        const std::string_view text = bytes_.take(length());
        if (key == "general.architecture" && text.size() <= longest_architecture) architecture_ = text;
        return true;
    }

    void read_number(std::string_view key, std::uint64_t type) {
        const std::uint64_t size = sizes[type];
        const std::uint64_t value = bytes_.number(size);
        const bool negative = ((value >> (size * 8 - 1)) & 1U) != 0;
        const bool counts = is_unsigned(type) || (is_signed(type) && !negative);
        if (bytes_.cut() || !counts || numbers_.size() >= most_numbers) return;
        numbers_.emplace(key, value);
    }

    bool skip_array() {
        const std::uint64_t type = bytes_.number(4);
        const std::uint64_t count = length();
        if (bytes_.cut()) return true;
        if (type >= sizes.size() || type == type_array) return false; // nobody reads or writes arrays of arrays
        if (type != type_string) {
            const std::uint64_t size = sizes[type];
            bytes_.take(count > bytes_.left() / size ? UINT64_MAX : count * size);
        } else {
            for (std::uint64_t i = 0; i < count && !bytes_.cut(); ++i)
                bytes_.take(length());
        }
        return true;
    }

    Bytes bytes_;
    std::uint64_t length_size_ = 8;
    std::string architecture_;
    std::map<std::string_view, std::uint64_t, std::less<>> numbers_; // they may come before the architecture
};

} // namespace

std::optional<GgufFacts> read_gguf_header(std::string_view first_bytes) {
    if (first_bytes.size() < magic.size() && magic.starts_with(first_bytes)) {
        GgufFacts nothing_yet;
        nothing_yet.needs_more = true;
        return nothing_yet;
    }
    Header header(first_bytes);
    if (!header.read()) return std::nullopt;
    return header.facts();
}

} // namespace codemate
