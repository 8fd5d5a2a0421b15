#include "codemate/base/digest.hpp"

#include "codemate/base/error.hpp"

#include <openssl/evp.h>

namespace codemate {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void must(int result) {
    if (result != 1) throw Error(Kind::defect, "OpenSSL cannot compute SHA-256");
}

} // namespace

std::optional<Digest> Digest::parse(std::string_view text) {
    if (text.starts_with("sha256:") || text.starts_with("sha256-")) text.remove_prefix(7);
    if (text.size() != 64) return std::nullopt;
    Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes[i] = static_cast<unsigned char>(high * 16 + low);
    }
    return Digest(bytes);
}

Digest Digest::of(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

std::string Digest::hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(64);
    for (const unsigned char byte : bytes_) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string Digest::text() const {
    return "sha256:" + hex();
}
std::string Digest::id() const {
    return hex().substr(0, 12);
}

struct Sha256::State {
    State() : context(EVP_MD_CTX_new()) {
        if (context == nullptr) throw std::bad_alloc();
        must(EVP_DigestInit_ex(context, EVP_sha256(), nullptr));
    }
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
    must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
    Digest::Bytes bytes{};
    must(EVP_DigestFinal_ex(state_->context, bytes.data(), nullptr));
    must(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
    return Digest(bytes);
}

} // namespace codemate
