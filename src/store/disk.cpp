#include "codemate/store/disk.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::store {

std::string_view to_string(Type type) {
    constexpr std::array<std::string_view, 8> words{"a file", "a directory", "a link",   "a link that leads nowhere",
                                                    "a fifo", "a socket",    "a device", "no file"};
    return words.at(static_cast<std::size_t>(type));
}

std::string read_all(File& file, ByteCount limit, std::string_view path) {
    // One byte more than it says it has, so that one read suffices to see its end.
    const ByteCount expected = file.stat().identity.size;
    std::string content(static_cast<std::size_t>(std::min(expected, limit).count()) + 1, '\0');
    std::size_t filled = 0;
    for (;;) {
        filled += file.read(filled, std::span(content).subspan(filled));
        if (filled > limit.count()) {
            throw Error(Kind::storage,
                        "cannot read " + quoted(path) + ": it is larger than " + codemate::to_string(limit));
        }
        if (filled < content.size()) break;
        content.resize(content.size() + 4096);
    }
    content.resize(filled);
    return content;
}

} // namespace codemate::store
