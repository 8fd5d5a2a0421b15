#pragma once

#include "codemate/json/value.hpp"
#include "codemate/manifest/stated_speeds.hpp"

#include <string>
#include <vector>

namespace codemate::cli::benchmark {

// What the manifest, and the releases beside it, state of a model. Shown beside what was measured, under a heading of
// its own: nobody knows how it came about.
struct Stated {
    manifest::Stated model;
    std::vector<manifest::StatedSpeed> speeds;

    bool empty() const;
};

Stated stated_of(const manifest::Manifest&, const manifest::StatedSpeeds&, const ModelName&);

inline constexpr std::string_view stated_heading = "stated, not measured";

// Parts of that as text, fit for a terminal; empty: nothing is stated.
std::string stated_traits(const Stated&); // "4.1GB, Q4_0, a context of 8192"
struct StatedCells {
    std::string hardware, decode, first_token; // "Intel i7-12700K, 32GB", "15" tokens/s, "200 to 500" ms
};
StatedCells cells_of(const manifest::StatedSpeed&);

// A line of figures each: "4.1GB, Q4_0, a context of 8192", "decode 15 tokens/s, first token 200 to 500 ms on Intel
// i7-12700K, 32GB". Fit for a terminal.
std::vector<std::string> stated_lines(const Stated&);

json::Value stated_json(const Stated&); // an object

} // namespace codemate::cli::benchmark
