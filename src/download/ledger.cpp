#include "download/ledger.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>

namespace codemate::download {
namespace {

std::uint64_t divided_up(std::uint64_t count, std::uint64_t by) {
    return count / by + (count % by == 0 ? 0 : 1);
}

} // namespace

Ledger::Ledger(const Sizes& sizes) : sizes_(sizes) {
    const bool fits = sizes.block > 0 && sizes.block % 64 == 0 && sizes.part >= sizes.block &&
                      sizes.part % sizes.block == 0 && sizes.window >= sizes.part;
    if (!fits) throw Error(Kind::defect, "parts of a download that do not fit together");
    there_.resize(divided_up(sizes.blob, sizes.block));
    taken_.resize(divided_up(sizes.blob, sizes.part));
}

registry::ByteRange Ledger::range_of(std::uint64_t block) const {
    const std::uint64_t first = block * sizes_.block;
    return {first, std::min(sizes_.block, sizes_.blob - first)};
}

void Ledger::add(std::uint64_t block) {
    if (there_[block]) return;
    there_[block] = true;
    bytes_ += ByteCount(range_of(block).count);
}

std::optional<registry::ByteRange> Ledger::missing_in(std::uint64_t part) const {
    const std::uint64_t end = std::min<std::uint64_t>((part + 1) * blocks_of_part(), blocks());
    std::uint64_t first = part * blocks_of_part();
    while (first < end && there_[first])
        ++first;
    if (first == end) return std::nullopt;
    std::uint64_t last = first;
    while (last + 1 < end && !there_[last + 1])
        ++last;
    const std::uint64_t begin = first * sizes_.block;
    return registry::ByteRange{begin, range_of(last).first + range_of(last).count - begin};
}

std::optional<Ledger::Stretch> Ledger::take() {
    while (first_open_ < taken_.size() && !missing_in(first_open_))
        ++first_open_;
    const std::uint64_t end = hashed_ * sizes_.block + sizes_.window;
    for (std::uint64_t part = first_open_; part < taken_.size() && (part + 1) * sizes_.part <= end + sizes_.part - 1;
         ++part) {
        if (taken_[part]) continue;
        const auto range = missing_in(part);
        if (!range) continue;
        if (range->first + range->count > end) break;
        taken_[part] = true;
        return Stretch{part, *range};
    }
    return std::nullopt;
}

std::size_t Ledger::parts_missing() const {
    std::size_t count = 0;
    for (std::uint64_t part = first_open_; part < taken_.size(); ++part)
        if (missing_in(part)) ++count;
    return count;
}

} // namespace codemate::download
