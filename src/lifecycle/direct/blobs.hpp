#pragma once

#include "codemate/lifecycle/direct.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace codemate::lifecycle::direct {

// The blobs of one run: what is there is checked once, what is missing is fetched once, however many models share it.
class Blobs {
public:
    Blobs(const Plan&, const Options&, const Ports&, const Run&);

    // Makes what is there and of no model as fresh as if it had just come: a server that starts removes such blobs when
    // they are older than an hour. Best effort.
    void freshen();

    // Hashes what is there and not known to be good.
    void check();

    struct Brought {
        ByteCount fetched{}, resumed{}, in_vain{}; // the latter of what was fetched
        std::vector<Digest> damaged{};             // that were there, and have been fetched anew
    };
    // Makes all blobs of the step present and right; what came is added to `brought`, also where it throws. `amount`
    // gets how much of what it brings is there.
    void bring(const Step&, Brought& brought, const std::function<void(ByteCount done, ByteCount total)>& amount);
    ByteCount to_bring(const Step&) const;

    // Looks whether all blobs of the step are still there, and brings what has gone, once. Throws Error{storage} where
    // that goes, too; else as bring().
    void hold(const Step&, Brought& brought, const std::function<void(ByteCount done, ByteCount total)>& amount);

    void remember(); // which of them are good; best effort
    void clean_up(); // what nobody goes on with

private:
    std::vector<Layer> lacking(const Step&) const;
    std::vector<Layer> gone(const Step&) const;
    void fetch(const Layer&, const Step&, Brought&, const std::function<void(ByteCount)>& done);

    const Plan& plan_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    std::set<Digest> damaged_, brought_, gone_;
    std::map<Digest, store::Identity> freshened_;
    std::vector<state::Verified> good_;
    std::mutex mutex_;
};

} // namespace codemate::lifecycle::direct
