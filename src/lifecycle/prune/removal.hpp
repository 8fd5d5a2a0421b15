#pragma once

#include "codemate/lifecycle/prune.hpp"

#include <memory>
#include <optional>

namespace codemate::lifecycle::prune {

// Takes one model away. What it is and whether anything keeps it is looked at right before, and between that look and
// the deletion, which is unconditional (facts.md 3.6), its content is held under a name of codemate's own: a process
// that dies there leaves it to be put back by the next run.
class Removal {
public:
    Removal(const Step&, const Options&, const Ports&, const Run&);
    Item carry_out(); // throws nothing but what is no Error; a stop is in the item

private:
    void claim();
    void tell(const Error&);
    Item finish();
    void hold(const Stop&);
    void look_again();
    void remember();
    void forget(const Error&);
    bool is_served_by_tag() const;
    bool is_listed(const Stop&);
    void let_go();
    void mend(const Stop&);

    const Step& step_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Item item_;
    std::unique_ptr<FileLock> alone_; // nobody else of this machine changes it meanwhile
    std::optional<state::Changes::Held> change_;
    std::optional<ModelName> held_as_;
    bool is_going_ = false;
    bool half_written_ = false; // the helper's manifest, by a full disk
};

} // namespace codemate::lifecycle::prune
