#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/registry/registry.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace codemate::download {

// What of a blob is in the file, what is hashed, and who is at what. Pure; for one thread at a time.
class Ledger {
public:
    struct Sizes {
        std::uint64_t blob, part, block, window; // bytes; see Options
    };
    explicit Ledger(const Sizes&);

    std::uint64_t blocks() const { return there_.size(); }
    registry::ByteRange range_of(std::uint64_t block) const;

    bool has(std::uint64_t block) const { return there_[block]; }
    void add(std::uint64_t block);
    ByteCount bytes() const { return bytes_; } // that are there
    bool complete() const { return bytes_ == ByteCount(sizes_.blob); }

    std::uint64_t hashed() const { return hashed_; } // blocks, from the first one on
    void hashed(std::uint64_t blocks) { hashed_ = blocks; }
    bool next_is_there() const { return hashed_ < blocks() && there_[hashed_]; } // and not hashed yet

    // Blocks in a row, in one part, that are missing; the part is the taker's until it is given back.
    struct Stretch {
        std::uint64_t part;
        registry::ByteRange range;
    };
    // The first one in a part that nobody has taken. Nothing: there is none, or none within the window that begins
    // where the hash is.
    std::optional<Stretch> take();
    void give_back(const Stretch& stretch) { taken_[stretch.part] = false; }
    std::size_t parts_missing() const; // something of them

private:
    std::uint64_t blocks_of_part() const { return sizes_.part / sizes_.block; }
    std::optional<registry::ByteRange> missing_in(std::uint64_t part) const;

    Sizes sizes_;
    std::vector<bool> there_, taken_;
    std::uint64_t hashed_ = 0;
    std::uint64_t first_open_ = 0; // the parts before it are complete
    ByteCount bytes_;
};

} // namespace codemate::download
