#pragma once

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/doctor.hpp"

#include <string>
#include <utility>

// How checks say what they found.
namespace codemate::lifecycle::doctor {

inline Finding ok(std::string found) {
    return {Level::ok, "", std::move(found)};
}

inline Finding skipped(std::string why) {
    return {Level::skipped, "", std::move(why)};
}

inline Finding note(std::string cause, std::string found, std::string why, std::vector<std::string> advice = {}) {
    return {Level::note, std::move(cause), std::move(found), std::move(why), std::move(advice)};
}

inline Finding problem(std::string cause, std::string found, std::string why, std::vector<std::string> advice = {}) {
    return {Level::problem, std::move(cause), std::move(found), std::move(why), std::move(advice)};
}

// Of a look that gave no value.
template<typename T>
Finding not_seen(const Look<T>& look, std::string_view nobody_looked) {
    if (look.failure) return skipped("could not be checked: " + look.failure->message());
    return skipped(std::string(nobody_looked));
}

inline constexpr std::string_view no_answer = "the server gives no answer";
inline constexpr std::string_view no_store = "the server's models directory is not known, or not in reach from here";

// The inventory of the server's models directory, or nullptr.
inline const store::Inventory* inventory(const Facts& facts) {
    return facts.store && facts.store->inventory ? &*facts.store->inventory : nullptr;
}

inline Finding no_inventory(const Facts& facts) {
    return not_seen(facts.store, no_store).found.starts_with("could not") ? not_seen(facts.store, no_store)
                                                                          : skipped(std::string(no_store));
}

// Of a named directory that need not be this server's nothing is said to be in order.
inline Finding ok_in_store(const Facts& facts, std::string found) {
    if (facts.store->standing != Store::Standing::named) return ok(std::move(found));
    return skipped("the directory that was looked at is not proven to be this server's; there: " + found);
}

// Manifests at whose place no file stands, such as a fifo: whoever opens that waits, or fails.
inline std::vector<std::string> no_manifests(const Facts& facts) {
    std::vector<std::string> paths;
    const store::Inventory* const there = inventory(facts);
    if (there == nullptr) return paths;
    for (const store::Oddity& oddity : there->oddities) {
        const bool no_file =
            oddity.what == store::Oddity::What::unreadable_manifest && oddity.why.starts_with("it is ");
        if (no_file)
            paths.push_back(quoted(facts.store->path + "/" + oddity.path, 300) + " (" + printable(oddity.why, 100) +
                            ")");
    }
    return paths;
}

// A project has said what it wants; the built-in set is nobody's.
inline bool has_project(const Facts& facts) {
    return facts.manifest && facts.manifest->origin.how != manifest::Origin::How::built_in;
}

inline Finding no_project(const Facts& facts) {
    if (facts.manifest.failure) return skipped("the manifest cannot be read");
    return skipped("there is no codemate.json here");
}

// The first few of them, and how many more there are.
inline std::string some(const std::vector<std::string>& all, std::size_t most = 3) {
    std::vector<std::string> first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size())));
    std::string text;
    for (const std::string& each : first)
        text += (text.empty() ? "" : ", ") + each;
    if (all.size() > most) text += " and " + std::to_string(all.size() - most) + " more";
    return text;
}

} // namespace codemate::lifecycle::doctor
