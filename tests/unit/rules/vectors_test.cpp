#include "support/catch.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/rules/vectors.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <set>

using codemate::Digest;
using namespace codemate::rules;

namespace {

using Vectors = std::vector<Vector>;

// Directions as a model gives them: of length 1, one a sentence. Only what the standard fixes is used of <random>.
Vectors vectors_of(std::size_t dimension, unsigned seed) {
    std::mt19937 bits(seed);
    Vectors all;
    for (std::size_t i = 0; i < sentences().size(); ++i) {
        Vector vector;
        double square = 0;
        for (std::size_t j = 0; j < dimension; ++j) {
            const double number = static_cast<double>(bits()) / 4294967296.0 - 0.5;
            square += number * number;
            vector.push_back(static_cast<float>(number));
        }
        for (float& number : vector)
            number = static_cast<float>(static_cast<double>(number) / std::sqrt(square));
        all.push_back(std::move(vector));
    }
    return all;
}

// Turned by so much that 1 − cosine is the given one.
Vectors turned(const Vectors& from, double distance) {
    const Vectors aside = vectors_of(from.front().size(), 99);
    Vectors all;
    for (std::size_t i = 0; i < from.size(); ++i) {
        double along = 0;
        for (std::size_t j = 0; j < from[i].size(); ++j)
            along += static_cast<double>(from[i][j]) * static_cast<double>(aside[i][j]);
        const double across = std::sqrt(1 - along * along), cosine = 1 - distance;
        const double sine = std::sqrt(1 - cosine * cosine);
        Vector vector;
        for (std::size_t j = 0; j < from[i].size(); ++j) {
            const double here = static_cast<double>(from[i][j]);
            vector.push_back(
                static_cast<float>(here * cosine + sine * (static_cast<double>(aside[i][j]) - along * here) / across));
        }
        all.push_back(std::move(vector));
    }
    return all;
}

Vectors scaled(Vectors all, float factor) {
    for (Vector& vector : all) {
        for (float& number : vector)
            number *= factor;
    }
    return all;
}

} // namespace

TEST_CASE("the fixed sentences are what locks were made with") {
    // Another set needs another version in what is remembered: old locks would otherwise read as changed models.
    std::string all;
    for (const std::string_view each : sentences())
        all += std::string(each) + "\n";
    CHECK(sentences().size() == 5);
    CHECK(std::set<std::string_view>(sentences().begin(), sentences().end()).size() == 5);
    CHECK(Digest::of(all).hex() == "06a4128e6b11d407990a3e2c095751c2d805c7dc298a61e138c884b0a31a5801");
}

TEST_CASE("what is remembered is short, the same everywhere, and knows its dimension") {
    for (const std::size_t dimension : {1U, 4U, 384U, 3584U, 8192U}) {
        const std::string text = remember(vectors_of(dimension, 1));
        CHECK(text.size() < 1000);
        CHECK(text.rfind("1:" + std::to_string(dimension) + ":", 0) == 0);
        CHECK(remembered_dimension(text) == dimension);
    }
    // Fixed forever: locks of other machines and of older versions have to be readable.
    const Vectors simple{{1, 0}, {0, 1}, {0.6F, 0.8F}, {-1, 0}, {0, -2}};
    const std::string text = remember(simple);
    CHECK(text.substr(0, 60) == "1:2:AACAPwAQABAAEAAQAPAAEADwABAAEADwABAAEADwAPAAEAAQABAA8AAQ");
    CHECK(Digest::of(text).hex() == "f81aee52a849ceca9358f2131c918e87a21a12381d5c6a5f0bfe557d09db5649");
}

TEST_CASE("the same vectors are the same") {
    for (const std::size_t dimension : {4U, 384U, 3584U}) {
        const Vectors measured = vectors_of(dimension, 2);
        const VectorComparison seen = compare(remember(measured), measured);
        CHECK(seen.verdict == VectorVerdict::same);
        CHECK(seen.distance < 1e-7);
        CHECK(seen.dimension_before == dimension);
        CHECK(seen.dimension == dimension);
    }
}

TEST_CASE("rounding passes, another model does not") {
    struct Row {
        double distance; // 1 − cosine
        VectorVerdict verdict;
    };
    const std::vector<Row> rows{
        {1e-8, VectorVerdict::same},                                    // other order of sums
        {1e-5, VectorVerdict::rounding},                                // another processor
        {1e-4, VectorVerdict::rounding},                                // another kind of kernel
        {2e-3, VectorVerdict::changed},                                 // another quantization
        {0.02, VectorVerdict::changed},  {0.5, VectorVerdict::changed}, // another model
        {1, VectorVerdict::changed},
    };
    for (const std::size_t dimension : {384U, 768U, 3584U}) {
        const Vectors before = vectors_of(dimension, 3);
        const std::string remembered = remember(before);
        for (const Row& row : rows) {
            CAPTURE(dimension, row.distance);
            const VectorComparison seen = compare(remembered, turned(before, row.distance));
            CHECK(seen.verdict == row.verdict);
            if (row.distance < 1e-7) continue;
            CHECK(seen.distance > row.distance * 0.6); // the worst of five estimates, each good to about a fifth
            CHECK(seen.distance < row.distance * 1.9);
        }
    }
}

TEST_CASE("one sentence of five is enough") {
    const Vectors before = vectors_of(384, 4);
    Vectors now = before;
    now[3] = turned(before, 0.1)[3]; // as a tokenizer does that reads other letters differently
    const VectorComparison seen = compare(remember(before), now);
    CHECK(seen.verdict == VectorVerdict::changed);
    CHECK(seen.worst == 3);
    CHECK(explain(seen).find("'Größe") != std::string::npos);
}

TEST_CASE("a vector's length counts, too: stores measure distances with it") {
    const Vectors before = vectors_of(384, 5);
    const VectorComparison seen = compare(remember(before), scaled(before, 12));
    CHECK(seen.verdict == VectorVerdict::changed);
    CHECK(seen.length_changed);
    CHECK(explain(seen).find("other lengths") != std::string::npos);
    CHECK(compare(remember(before), scaled(before, 1.0001F)).verdict == VectorVerdict::same);
    CHECK(compare(remember(scaled(before, 40)), scaled(before, 40)).verdict == VectorVerdict::same);
}

TEST_CASE("another dimension, nothing remembered, and what cannot be read") {
    const Vectors small = vectors_of(384, 6), large = vectors_of(768, 6);
    const VectorComparison other = compare(remember(small), large);
    CHECK(other.verdict == VectorVerdict::other_dimension);
    CHECK(explain(other) == "the vectors have 768 numbers; the lock remembers 384");
    CHECK(compare("", small).verdict == VectorVerdict::first);
    CHECK(compare("2:384:whatever", small).verdict == VectorVerdict::incomparable);
    CHECK(compare("2:768:whatever", small).verdict == VectorVerdict::other_dimension);
    const std::string good = remember(small);
    for (const std::string& bad :
         {std::string("x"), std::string("1:384"), std::string("1:0:") + good.substr(6), std::string("1:384:AAAA"),
          good.substr(0, good.size() - 8), good + "AAAA", "1:-384:" + good.substr(6), ":" + good,
          "1:384:" + std::string(880, 'A'), "1:384:" + std::string(880, '!')}) {
        CAPTURE(bad);
        CHECK(compare(bad, small).verdict == VectorVerdict::unreadable);
        CHECK(remembered_dimension(bad) == std::nullopt);
    }
}

TEST_CASE("vectors that are good for nothing are named") {
    const Vectors good = vectors_of(8, 7);
    CHECK(flaw_of(good) == std::nullopt);
    CHECK(flaw_of({}) == "fewer vectors than sentences");
    struct Row {
        void (*spoil)(Vectors&);
        std::string flaw;
    };
    const std::vector<Row> rows{
        {[](Vectors& all) { all[2].clear(); }, "no vector for a sentence"},
        {[](Vectors& all) { all[2].push_back(1); }, "vectors of different lengths for different sentences"},
        {[](Vectors& all) { all[4][0] = std::numeric_limits<float>::quiet_NaN(); },
         "vectors with numbers that are not finite"},
        {[](Vectors& all) { all[0] = Vector(8, 0.0F); }, "a vector of zeros for a sentence"},
        {[](Vectors& all) { all[4] = all[1]; }, "the same vector for different sentences"},
    };
    for (const Row& row : rows) {
        Vectors bad = good;
        row.spoil(bad);
        CHECK(flaw_of(bad) == row.flaw);
    }
}

TEST_CASE("only what breaks a store is a problem") {
    using enum VectorVerdict;
    for (const VectorVerdict verdict : {changed, other_dimension, unreadable})
        CHECK(is_problem(verdict));
    for (const VectorVerdict verdict : {first, same, rounding, incomparable})
        CHECK_FALSE(is_problem(verdict));
}
