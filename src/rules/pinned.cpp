#include "codemate/rules/pinned.hpp"

#include "codemate/rules/drift.hpp"
#include "codemate/rules/space.hpp"

namespace codemate::rules {

PinnedSize pinned_size(std::span<const ModelName> models, const manifest::Lock& lock) {
    Together together;
    PinnedSize size;
    for (const ModelName& name : models) {
        const manifest::Locked* pin = lock.find(name);
        if (pin == nullptr)
            ++size.unknown;
        else if (const auto image = image_of(*pin))
            together.add(*image);
        else
            together.add_whole(pin->digest, pin->size);
    }
    size.sum = together.sum();
    return size;
}

} // namespace codemate::rules
