#pragma once

#include "codemate/base/digest.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace codemate {

// SHA-256 of bytes that come piece by piece, and whose state can be written down in between: another process goes on
// from there without the bytes.
class ResumableSha256 {
public:
    struct Midstate {
        std::array<std::uint32_t, 8> hash{};
        std::uint64_t length = 0; // of everything so far, in bytes; a multiple of 64
        bool operator==(const Midstate&) const = default;
    };
    static Midstate initial(); // of nothing

    explicit ResumableSha256(const Midstate& = initial());
    ~ResumableSha256();
    ResumableSha256(ResumableSha256&&) noexcept;
    ResumableSha256& operator=(ResumableSha256&&) noexcept;

    void update(std::string_view);
    std::uint64_t length() const;
    Midstate midstate() const; // Error{defect} within a block of 64 bytes
    Digest finish() const;     // of everything so far

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace codemate
