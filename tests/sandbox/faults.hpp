#pragma once

#include "sandbox/name.hpp"

#include "codemate/json/value.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::sandbox {

// NAME[=VALUE][@MODEL][@/PATH][#TIMES]
struct Fault {
    std::string name, value;
    std::string model;                  // "mistral" any tag of it, "mistral:7b" that one; empty: all
    std::string path;                   // "/api/pull": requests to it; empty: all
    std::optional<std::uint64_t> times; // how often it still strikes; nothing: always
    std::uint64_t id = 0;

    static Fault parse(std::string_view); // throws Error{usage}: unknown name, missing or wrong value
    std::string text() const;
};

// For --help, one line each.
struct FaultForm {
    std::string_view name, value, what;
};
const std::vector<FaultForm>& fault_forms();

// Where a fault could strike.
struct Occasion {
    std::string path;
    std::optional<Name> model;
};

// Those that are switched on. Safe from several threads.
class Faults {
public:
    void set(const Fault&);            // replaces one of the same name, model and path
    bool clear(std::string_view name); // all of that name; false: there was none
    void clear_all();
    json::Value list() const; // as /sandbox/faults answers

    // The fault if it strikes on this occasion; its count goes down.
    std::optional<Fault> strike(std::string_view name, const Occasion&);
    bool is_set(std::uint64_t id) const; // also if its count is used up
    // The tags that have moved: no occasion, no count.
    bool tag_moved(const Name&) const;

private:
    mutable std::mutex mutex_;
    std::vector<Fault> faults_;
    std::uint64_t next_id_ = 1;
};

// The faults of one pull: each strikes once for all of it, and lasts until it is cleared.
class PullFaults {
public:
    PullFaults(Faults& faults, Occasion occasion) : faults_(faults), occasion_(std::move(occasion)) {}
    std::optional<Fault> now(std::string_view name);
    bool on(std::string_view name) { return now(name).has_value(); }

private:
    Faults& faults_;
    Occasion occasion_;
    std::mutex mutex_;
    std::map<std::string, Fault, std::less<>> struck_;
};

std::uint64_t parse_rate(std::string_view); // "5MB/s": bytes a second. Throws Error{usage}.

} // namespace codemate::sandbox
