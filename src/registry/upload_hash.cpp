#include "registry/upload_hash.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

constexpr std::uint64_t window = std::uint64_t{1} << 20; // read at once

} // namespace

void UploadHash::add(std::uint64_t first, std::string_view bytes) {
    if (first > hashed_ || first + bytes.size() <= hashed_) return;
    hash_.update(bytes.substr(hashed_ - first));
    hashed_ = first + bytes.size();
}

void UploadHash::add_up_to(std::uint64_t there, const Stop& stop) {
    while (content_.at_hand && hashed_ < there) {
        throw_if_stopped(stop);
        add(hashed_, content_.read({hashed_, std::min(window, there - hashed_)}, stop));
    }
}

UploadHash::Verdict UploadHash::verdict() {
    if (verdict_ == Verdict::unknown && hashed_ == content_.size.count())
        verdict_ = hash_.finish() == content_.digest ? Verdict::good : Verdict::spoilt;
    return verdict_;
}

} // namespace codemate::registry
