#include "codemate/base/random.hpp"

#include "codemate/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <vector>

namespace codemate {

namespace {

std::vector<unsigned char> random_bytes(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Error(Kind::defect, std::string("the system gives no random numbers: ") + std::strerror(errno));
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace

double random_fraction() {
    double value = 0;
    for (const unsigned char byte : random_bytes(6))
        value = (value + byte) / 256;
    return value;
}

std::string random_hex(std::size_t digits) {
    const std::vector<unsigned char> bytes = random_bytes((digits + 1) / 2);
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
