#include "codemate/base/sha256_midstate.hpp"

#include "codemate/base/error.hpp"

#include <openssl/sha.h>

#include <algorithm>

// OpenSSL 3 calls these functions deprecated, and has no others that tell the state. They are what its own new ones
// call, with the processor's SHA instructions.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace codemate {
namespace {

constexpr std::uint64_t block_size = 64;

void must(int result) {
    if (result != 1) throw Error(Kind::defect, "OpenSSL cannot compute SHA-256");
}

} // namespace

struct ResumableSha256::State {
    SHA256_CTX context{};
    std::uint64_t length = 0;
};

ResumableSha256::Midstate ResumableSha256::initial() {
    SHA256_CTX context{};
    must(SHA256_Init(&context));
    Midstate midstate;
    std::copy(std::begin(context.h), std::end(context.h), midstate.hash.begin());
    return midstate;
}

ResumableSha256::ResumableSha256(const Midstate& from) : state_(std::make_unique<State>()) {
    if (from.length % block_size != 0) throw Error(Kind::defect, "a state of SHA-256 within a block");
    must(SHA256_Init(&state_->context));
    std::ranges::copy(from.hash, std::begin(state_->context.h));
    const std::uint64_t bits = from.length * 8;
    state_->context.Nl = static_cast<SHA_LONG>(bits);
    state_->context.Nh = static_cast<SHA_LONG>(bits >> 32U);
    state_->length = from.length;
}

ResumableSha256::~ResumableSha256() = default;
ResumableSha256::ResumableSha256(ResumableSha256&&) noexcept = default;
ResumableSha256& ResumableSha256::operator=(ResumableSha256&&) noexcept = default;

void ResumableSha256::update(std::string_view bytes) {
    must(SHA256_Update(&state_->context, bytes.data(), bytes.size()));
    state_->length += bytes.size();
}

std::uint64_t ResumableSha256::length() const {
    return state_->length;
}

ResumableSha256::Midstate ResumableSha256::midstate() const {
    if (state_->length % block_size != 0) throw Error(Kind::defect, "a state of SHA-256 within a block");
    Midstate midstate{{}, state_->length};
    std::copy(std::begin(state_->context.h), std::end(state_->context.h), midstate.hash.begin());
    return midstate;
}

Digest ResumableSha256::finish() const {
    SHA256_CTX context = state_->context;
    Digest::Bytes bytes{};
    must(SHA256_Final(bytes.data(), &context));
    return Digest(bytes);
}

} // namespace codemate
