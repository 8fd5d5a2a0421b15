#pragma once

#include "lifecycle/pull/arrivals.hpp"
#include "lifecycle/pull/layer_owners.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <map>
#include <string>

namespace codemate::lifecycle::pull {

// What the pull of one model brings, and what is told of it: from begin to end, by events in its name.
class Account {
public:
    // `layers`: of all models that are pulled at the same time.
    Account(const Step&, LayerOwners& layers, const Clock&, const Run&);
    ~Account();
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    void begin() const;
    void tell(Event::Type, std::string text) const;
    void note(std::string text) const { tell(Event::Type::note, std::move(text)); }
    void on(const ollama::PullEvent&);
    void end(const Item&, const std::string& cause) const; // `cause`: of a failure, without what was being done

    ByteCount fetched() const { return arrivals_.fetched(); } // so far
    // Of a model of that size that is there now: layers that came too quickly for an event count, too.
    ByteCount fetched_of(ByteCount size) const;
    ByteCount seen_moving() const { return arrivals_.seen_moving(); }
    ByteCount lost() const { return arrivals_.lost(); }

private:
    ollama::PullEvent counted(const ollama::PullEvent&);

    const Step& step_;
    LayerOwners& layers_;
    const Clock& clock_;
    const Run& run_;
    Arrivals arrivals_;
    std::map<std::string, ByteCount> elsewhere_; // layers that another model counts
    std::string stage_;
};

} // namespace codemate::lifecycle::pull
