#pragma once

#include "codemate/base/digest.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace codemate {

// SHA-256 of one stream, made to be advanced together with others on the same core. A processor's SHA instructions wait
// for one another within a stream; those of a second and a third stream fill the time.
class Sha256Lane {
public:
    enum class Means {
        instructions, // the processor's own for SHA
        openssl,      // one stream after the other
    };
    static Means best(); // what this processor is fastest with

    static constexpr std::size_t most = 3;
    // How many streams to give a core at a time: more gain nothing. 1 with OpenSSL, else `most`.
    static std::size_t at_once(Means = best());

    explicit Sha256Lane(Means = best()); // Error{defect} for instructions that this processor does not have

    struct Feed {
        Sha256Lane* lane;
        std::string_view bytes;
    };
    // Adds to each lane its bytes, side by side as far as their lengths allow. No lane twice in one call. Fastest with
    // at_once() feeds of the same length, a multiple of 64, that fit the core's second-level cache together with what
    // else it is doing: 32 to 64 KiB each.
    static void update(std::span<const Feed>);

    Digest finish(); // of everything so far; the lane starts anew

private:
    struct State {
        std::array<std::uint32_t, 8> hash;
        std::array<unsigned char, 64> rest; // the beginning of a block that is not complete
        std::uint64_t length;               // of everything so far, in bytes
    };
    struct Walk;
    static State initial();

    std::variant<State, Sha256> state_;
};

} // namespace codemate
