#pragma once

#include "support/catch.hpp"
#include "unit/lifecycle/doctor_world.hpp"

#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

// Set-ups that are broken in one way each: doctor names that cause, and no other.
namespace codemate::test {

struct Setup {
    const char* what;
    void (*broken)(DoctorWorld&);
    DoctorWorld::Ids problems;
    DoctorWorld::Ids notes = {};
    const char* says = ""; // somewhere in what was found, why, or what to do
};

inline bool says(const lifecycle::doctor::Report& report, std::string_view text) {
    return std::ranges::any_of(report.findings, [&](const lifecycle::doctor::Finding& finding) {
        if (finding.level != lifecycle::doctor::Level::problem && finding.level != lifecycle::doctor::Level::note)
            return false;
        const bool in_advice =
            std::ranges::any_of(finding.advice, [&](const std::string& each) { return each.find(text) != each.npos; });
        return in_advice || finding.found.find(text) != std::string::npos ||
               finding.why.find(text) != std::string::npos;
    });
}

inline void check_all(const std::vector<Setup>& setups) {
    const std::string page = read_file(CODEMATE_SOURCE_DIR "/docs/doctor.md", ByteCount(100'000));
    for (const Setup& setup : setups) {
        CAPTURE(setup.what);
        DoctorWorld world;
        setup.broken(world);
        const lifecycle::doctor::Report report = world.look();
        CHECK(DoctorWorld::ids(report, lifecycle::doctor::Level::problem) == setup.problems);
        CHECK(DoctorWorld::ids(report, lifecycle::doctor::Level::note) == setup.notes);
        CHECK(says(report, setup.says) == (*setup.says != '\0' || !setup.problems.empty() || !setup.notes.empty()));
        for (const lifecycle::doctor::Finding& finding : report.findings) {
            CAPTURE(finding.id(), finding.found);
            CHECK_FALSE(finding.found.empty());
            for (const std::string& text : {finding.found, finding.why, joined(finding.advice, " ")})
                CHECK(text.find("sekret") == std::string::npos);
            if (finding.level == lifecycle::doctor::Level::problem) CHECK_FALSE(finding.advice.empty());
            if (!finding.cause.empty()) CHECK(page.find('`' + finding.id() + '`') != std::string::npos);
            if (finding.level == lifecycle::doctor::Level::skipped)
                CHECK(finding.found.find("unexpected") == std::string::npos);
        }
    }
}

} // namespace codemate::test
