#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace codemate {

// A SHA-256 value.
class Digest {
public:
    using Bytes = std::array<unsigned char, 32>;

    constexpr Digest() = default;
    constexpr explicit Digest(const Bytes& bytes) : bytes_(bytes) {}

    // "sha256:" or "sha256-" and 64 hexadecimal digits, or these digits alone, as /api/tags writes them. Nothing for
    // all else: servers send "sha256:model" and nineteen zeros in the same place (facts.md 11, trap 7).
    static std::optional<Digest> parse(std::string_view);
    static Digest of(std::string_view bytes);

    const Bytes& bytes() const { return bytes_; }
    std::string hex() const;  // 64 digits, lower case
    std::string text() const; // "sha256:" and hex(), as manifests write it
    std::string id() const;   // the first 12 digits: what `ollama list` calls ID

    auto operator<=>(const Digest&) const = default;

private:
    Bytes bytes_{};
};

// SHA-256 of bytes that come piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::string_view);
    Digest finish(); // of everything so far; the object starts anew

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace codemate
