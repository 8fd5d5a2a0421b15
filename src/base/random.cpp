#include "codemate/base/random.hpp"

#include "codemate/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <vector>

namespace codemate {

std::string random_hex(std::size_t digits) {
    std::vector<unsigned char> bytes((digits + 1) / 2);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Error(Kind::defect, std::string("the system gives no random numbers: ") + std::strerror(errno));
        filled += static_cast<std::size_t>(got);
    }
    constexpr const char* alphabet = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += alphabet[byte >> 4U];
        text += alphabet[byte & 15U];
    }
    text.resize(digits);
    return text;
}

} // namespace codemate
