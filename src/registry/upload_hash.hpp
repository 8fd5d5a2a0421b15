#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/registry/push.hpp"

#include <cstdint>
#include <string_view>

namespace codemate::registry {

// The digest of what is read for an upload, each byte hashed once, whichever part is sent again.
class UploadHash {
public:
    explicit UploadHash(const Content& content) : content_(content) {}

    void add(std::uint64_t first, std::string_view bytes); // in order; what leaves a gap is not hashed
    // What an earlier run has sent, where it is at hand. Throws as Content::read, Interrupted.
    void add_up_to(std::uint64_t there, const Stop&);

    // Unknown before all of it was hashed. Without the beginning, of another run, the registry alone says it.
    enum class Verdict { unknown, good, spoilt };
    Verdict verdict();

private:
    const Content& content_;
    Sha256 hash_;
    std::uint64_t hashed_ = 0;
    Verdict verdict_ = Verdict::unknown;
};

} // namespace codemate::registry
