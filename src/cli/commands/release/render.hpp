#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/release.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::cli::release {

enum class Run { dry, real };

// What recording a release did, or would do.
struct Recorded {
    const lifecycle::release::Plan& plan;
    std::vector<std::string> written; // as people know the paths
    std::string changelog;            // likewise; why no line was written into it is to be seen from the plan
    bool has_changelog = false;
    lifecycle::release::Commands next;
};

std::string list_text(const manifest::Releases&, const std::string& current, std::size_t columns);
std::string compare_text(const manifest::Release& before, const manifest::Release& after,
                         const lifecycle::release::Comparison&);
std::string record_text(const Recorded&, Run);
std::string tag_text(const lifecycle::release::Tagged&, Run);

json::Value list_json(const manifest::Releases&, const std::string& current, const manifest::Origin&);
json::Value compare_json(const manifest::Release& before, const manifest::Release& after,
                         const lifecycle::release::Comparison&, const manifest::Origin&);
json::Value record_json(const Recorded&, Run, const manifest::Origin&);
json::Value tag_json(const manifest::Release&, const lifecycle::release::Tagged&, Run, const manifest::Origin&);

} // namespace codemate::cli::release
