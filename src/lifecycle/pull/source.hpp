#pragma once

#include "lifecycle/pull/account.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <optional>
#include <vector>

namespace codemate::lifecycle::pull {

// The name that the server is asked to pull: the model's own, that of its origin, or for the length of a pull a
// relay's. What is pulled under another name than the model's own is copied, and the name goes again; this knows what
// is left of it.
class Source {
public:
    Source(const Step& step, const Plan& plan, const Ports& ports, const Account& account)
        : step_(step), plan_(plan), ports_(ports), account_(account), name_(step.source) {}

    const ModelName& name() const { return name_; }
    bool is_own() const { return name_ == step_.name; }
    bool is_relayed() const;
    bool is_in(const std::vector<ollama::Installed>&) const;

    // From now on. It counts as left until it is removed: a server whose client leaves may finish the pull all the
    // same.
    void go_through(ModelName relayed);
    void pulled(); // the model is installed under it, and not yet under its own name
    void placed(); // now it is
    // Of a pull that failed: what is pulled is installed under this name instead.
    const std::optional<ModelName>& pulled_as() const { return pulled_as_; }
    bool is_settled() const { return !pulled_as_ && !left_; }

    // The name that only this pull made may go, but never one that was there before, that the manifest declares or that
    // this run was asked for, nor one that no longer is `pulled`. Asks the server.
    bool may_go(const ollama::Installed& pulled, const std::vector<ollama::Installed>& before, const Stop&) const;
    void remove(const Stop&); // what cannot be is told
    // After a pull that failed: the server may have written the name all the same. Throws Interrupted.
    void remove_if_there(const Stop&);

private:
    const Step& step_;
    const Plan& plan_;
    const Ports& ports_;
    const Account& account_;
    ModelName name_;
    bool left_ = false;
    std::optional<ModelName> pulled_as_;
};

} // namespace codemate::lifecycle::pull
