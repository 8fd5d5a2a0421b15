#include "sandbox/faults.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

#include <vector>

using namespace codemate::sandbox;

namespace {
Occasion pull_of(const std::string& model) {
    return {"/api/pull", Name::parse(model)};
}
} // namespace

TEST_CASE("faults are read and written alike") {
    for (const std::string text : {"stall", "slow=5MB/s", "status=503@/api/pull", "stall@mistral:7b#2",
                                   "status=500@mistral@/api/show#1", "moving-tag=me/model:7b"}) {
        INFO(text);
        CHECK(Fault::parse(text).text() == text);
    }
}

TEST_CASE("faults that make no sense are refused") {
    for (const std::string text : {"", "stal", "stall=1", "slow", "slow=fast", "slow=0", "status=99", "status=x",
                                   "retry-after=soon", "moving-tag=a b", "stall#x", "stall@a b", "slow-verify=x"}) {
        INFO(text);
        CHECK_THROWS_AS(Fault::parse(text), codemate::Error);
    }
}

TEST_CASE("rates") {
    CHECK(parse_rate("5MB/s") == 5'000'000);
    CHECK(parse_rate("512KiB/s") == 524'288);
}

TEST_CASE("a fault strikes where it is meant to") {
    struct Case {
        std::string fault, model;
        bool strikes;
    };
    for (const auto& [fault, model, strikes] : std::vector<Case>{
             {"stall", "mistral", true},
             {"stall@mistral", "mistral:7b", true},
             {"stall@mistral:latest", "mistral:7b", false},
             {"stall@mistral", "mistral-nemo", false},
             {"stall@mistral", "127.0.0.1:1/library/mistral", true}, // from wherever
             {"stall@me/mistral", "mistral", false},
             {"stall@/api/pull", "mistral", true},
             {"stall@/api/show", "mistral", false},
         }) {
        INFO(fault + " and " + model);
        Faults faults;
        faults.set(Fault::parse(fault));
        CHECK(faults.strike("stall", pull_of(model)).has_value() == strikes);
        CHECK_FALSE(faults.strike("slow", pull_of(model)));
    }
}

TEST_CASE("a fault strikes as often as it is told to") {
    Faults faults;
    faults.set(Fault::parse("status=500#2"));
    CHECK(faults.strike("status", pull_of("a")));
    CHECK(faults.strike("status", pull_of("a")));
    CHECK_FALSE(faults.strike("status", pull_of("a")));
    faults.set(Fault::parse("status=500")); // replaces it
    CHECK(faults.strike("status", pull_of("a")));
}

TEST_CASE("one pull is struck once, for all of it") {
    Faults faults;
    faults.set(Fault::parse("slow=1MB/s#1"));
    PullFaults first(faults, pull_of("a")), second(faults, pull_of("b"));
    CHECK(first.on("slow"));
    CHECK(first.on("slow"));
    CHECK_FALSE(second.on("slow"));
    faults.clear("slow");
    CHECK_FALSE(first.on("slow"));
}

TEST_CASE("several tags may have moved") {
    Faults faults;
    faults.set(Fault::parse("moving-tag=mistral"));
    faults.set(Fault::parse("moving-tag=codellama:7b"));
    CHECK(faults.tag_moved(*Name::parse("mistral:latest")));
    CHECK(faults.tag_moved(*Name::parse("codellama:7b")));
    CHECK_FALSE(faults.tag_moved(*Name::parse("mistral:7b")));
    faults.clear("moving-tag");
    CHECK_FALSE(faults.tag_moved(*Name::parse("mistral:latest")));
}
