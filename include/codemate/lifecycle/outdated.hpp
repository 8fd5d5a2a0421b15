#pragma once

#include "codemate/manifest/manifest.hpp"
#include "codemate/upstream/upstream.hpp"

#include <cstddef>
#include <string>
#include <vector>

// Which tags have moved at their registry, and what that changed.
namespace codemate::lifecycle::outdated {

struct Options {
    std::vector<std::string> targets; // empty: everything that is installed
    upstream::Texts texts = upstream::Texts::left_out;
};

struct Facts {
    std::vector<upstream::Inquiry> inquiries;
    // In the same order: the word that was typed, where it is neither declared nor locked nor installed; else empty.
    std::vector<std::string> unknown_words;
};

struct Report {
    std::vector<upstream::Standing> rows; // in the order of the targets, or by name
    std::size_t count(upstream::State) const;
};

// Needs the server.
Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, const upstream::Ports&, const Run&);
Report examine(const Facts&); // pure

} // namespace codemate::lifecycle::outdated
