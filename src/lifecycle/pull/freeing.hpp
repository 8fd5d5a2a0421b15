#pragma once

#include "lifecycle/pull/account.hpp"
#include "lifecycle/pull/blocked.hpp"
#include "lifecycle/pull/transfer.hpp"

#include <optional>
#include <string>

namespace codemate::lifecycle::pull {

// Frees the layers of one model from what keeps them from coming (blocked.hpp), tells what was done, and knows what to
// advise where nothing could be.
class Freeing {
public:
    Freeing(const Step& step, Shared& shared, const Account& account)
        : step_(step), shared_(shared), account_(account) {}

    // What the server is about to be asked for, and whether that is installed already.
    void pulls(const ModelName& source, bool is_installed) {
        source_ = source;
        was_installed_ = is_installed;
    }

    // After a refusal that may have met a record which cannot be read: true if something was removed, so that the pull
    // may go on. `image`: what is being pulled; nullptr: not known, and its tag is asked. Looked into once, and again
    // after what was found has been cured. Throws what keeps it blocked; Interrupted.
    bool after_refusal(const Image* image);

    // After a stream was left because of such a layer: true if the pull may go on, because what was there has been
    // removed, or because the server may find it out by itself and fetch the layer again. Throws what it takes to get
    // rid of it; Interrupted.
    bool after_wrong_extent(const WrongExtent&, const Image&);

    // What to do where a pull ended for good after a refusal; empty: nothing is known.
    const std::string& advice() const { return advice_; }

private:
    bool tell(const Blocked::Finding&) const;
    std::optional<Image> image_of_tag() const;
    void remove_what_came() const;
    bool is_discarded(const Layer&) const;

    const Step& step_;
    Shared& shared_;
    const Account& account_;
    std::optional<ModelName> source_;
    bool was_installed_ = false;
    std::string advice_;
};

} // namespace codemate::lifecycle::pull
