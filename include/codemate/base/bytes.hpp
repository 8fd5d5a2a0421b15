#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace codemate {

// A number of bytes. Subtraction stops at zero: servers report counts that go down.
class ByteCount {
public:
    constexpr ByteCount() = default;
    constexpr explicit ByteCount(std::uint64_t count) : count_(count) {}

    constexpr std::uint64_t count() const { return count_; }
    constexpr auto operator<=>(const ByteCount&) const = default;

    constexpr ByteCount& operator+=(ByteCount other) {
        count_ = other.count_ > UINT64_MAX - count_ ? UINT64_MAX : count_ + other.count_;
        return *this;
    }
    friend constexpr ByteCount operator+(ByteCount a, ByteCount b) { return a += b; }
    friend constexpr ByteCount operator-(ByteCount a, ByteCount b) {
        return ByteCount(a.count_ > b.count_ ? a.count_ - b.count_ : 0);
    }

    // "10GB", "4.7 GB", "512MiB", "1000"; decimal units B KB MB GB TB, binary KiB MiB GiB TiB, letter case ignored.
    // Throws Error{usage}.
    static ByteCount parse(std::string_view);

private:
    std::uint64_t count_ = 0;
};

// Decimal, as Ollama prints it (format/bytes.go): "999 B", "1.5 KB", "12 GB"; ten units and more truncated to an
// integer, below ten one decimal unless whole.
std::string to_string(ByteCount);

} // namespace codemate
