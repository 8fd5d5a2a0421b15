#include "support/schema.hpp"

#include <bitset>
#include <charconv>
#include <stdexcept>

namespace codemate::test {
namespace {

// One character class and how often it may stand there.
struct Atom {
    std::bitset<256> bytes;
    std::size_t least = 1;
    std::size_t most = 1;
};

struct Pattern {
    std::vector<Atom> atoms;
    bool at_begin = false;
    bool at_end = false;
};

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text), whole_(text) {}

    Pattern read() {
        Pattern pattern;
        pattern.at_begin = skip('^');
        while (!text_.empty() && text_ != "$") {
            Atom atom{one()};
            repeat(atom);
            pattern.atoms.push_back(atom);
        }
        pattern.at_end = skip('$');
        return pattern;
    }

private:
    [[noreturn]] void fail() const {
        throw std::invalid_argument("pattern '" + std::string(whole_) + "' is more than this checker understands");
    }

    bool skip(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }

    char take() {
        if (text_.empty()) fail();
        const char c = text_.front();
        text_.remove_prefix(1);
        return c;
    }

    char escaped() {
        const char c = take();
        if (std::string_view("^$.*+?()[]{}|\\/-").find(c) == std::string_view::npos) fail();
        return c;
    }

    std::bitset<256> one() {
        std::bitset<256> bytes;
        const char c = take();
        if (c == '[') return char_class();
        if (c == '.') return bytes.set().reset('\n');
        if (std::string_view("^$*+?(){}|").find(c) != std::string_view::npos) fail();
        return bytes.set(static_cast<unsigned char>(c == '\\' ? escaped() : c));
    }

    std::bitset<256> char_class() {
        std::bitset<256> bytes;
        const bool negated = skip('^');
        while (!skip(']')) {
            const char first = take();
            const auto from = static_cast<unsigned char>(first == '\\' ? escaped() : first);
            const bool range = text_.size() > 1 && text_[0] == '-' && text_[1] != ']';
            if (range) take();
            const auto to = range ? static_cast<unsigned char>(take()) : from;
            for (unsigned b = from; b <= to; ++b)
                bytes.set(b);
        }
        return negated ? bytes.flip() : bytes;
    }

    std::size_t number() {
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc()) fail();
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return value;
    }

    void repeat(Atom& atom) {
        if (skip('?')) {
            atom.least = 0;
        } else if (skip('*')) {
            atom.least = 0;
            atom.most = SIZE_MAX;
        } else if (skip('+')) {
            atom.most = SIZE_MAX;
        } else if (skip('{')) {
            atom.least = atom.most = number();
            if (skip(',')) atom.most = text_.starts_with('}') ? SIZE_MAX : number();
            if (take() != '}') fail();
        }
    }

    std::string_view text_, whole_;
};

bool match_here(const Pattern& pattern, std::size_t index, std::string_view text) {
    if (index == pattern.atoms.size()) return !pattern.at_end || text.empty();
    const Atom& atom = pattern.atoms[index];
    std::size_t count = 0;
    while (count < atom.most && count < text.size() && atom.bytes[static_cast<unsigned char>(text[count])])
        ++count;
    for (; count >= atom.least; --count) {
        if (match_here(pattern, index + 1, text.substr(count))) return true;
        if (count == 0) break;
    }
    return false;
}

} // namespace

bool pattern_matches(std::string_view text, std::string_view subject) {
    const Pattern pattern = Reader(text).read();
    if (pattern.at_begin) return match_here(pattern, 0, subject);
    for (std::size_t at = 0; at <= subject.size(); ++at)
        if (match_here(pattern, 0, subject.substr(at))) return true;
    return false;
}

} // namespace codemate::test
