#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Whether a model still gives the vectors that it gave: fixed sentences, what is remembered of their vectors in the
// lock (Locked::vectors), and the comparison. A store of vectors is worth what its model still agrees with.
//
// How to use it:
//     const auto measured = ollama::vectors_of(server, name, rules::sentences(), {}, stop); // ollama/vectors.hpp
//     if (const auto flaw = rules::flaw_of(measured)) …            // nothing to be compared or remembered
//     const rules::VectorComparison seen = rules::compare(locked.vectors, measured);
//     if (rules::is_problem(seen.verdict)) …                       // a failed gate; rules::explain(seen) says why
//     locked.vectors = rules::remember(measured);                  // first seen, or the new ones are accepted
//
// Pure, all of it.
namespace codemate::rules {

using Vector = std::vector<float>;

// The texts that are embedded, always in this order: prose, code, numbers, letters beyond ASCII, one word. They never
// change; another set would be another version of the remembered form.
std::span<const std::string_view> sentences();

// Why these are good for nothing: too few, of different lengths, empty, not finite, all zeros, or the same for
// different sentences. In words that follow "the model gives …"; nothing if they are good.
std::optional<std::string> flaw_of(std::span<const Vector> measured);

// What is kept of them: "1:DIMENSION:BASE64", below 1000 characters whatever the dimension. For each sentence its
// vector's length, and 64 projections of its direction onto fixed random axes, from which the distance of two
// directions can be told to a few per cent of itself. For vectors without a flaw.
std::string remember(std::span<const Vector> measured);

enum class VectorVerdict {
    first,           // nothing was remembered
    same,            // to the last digits that are kept
    rounding,        // as another processor, server version or batch gives them
    changed,         // another model, quantization or way of pooling: what is stored no longer agrees
    other_dimension, // of another length: a store even refuses them
    incomparable,    // remembered by another version of codemate, of other sentences
    unreadable,      // what is remembered is no such text
};
std::string_view to_string(VectorVerdict); // the enumerator's name, as it stands in JSON

// Directions that differ by less than this (1 − cosine) are the same, or differ by rounding. Measured figures behind
// them: docs/embeddings.md.
inline constexpr double same_within = 1e-6;
inline constexpr double rounding_within = 5e-4;

struct VectorComparison {
    VectorVerdict verdict = VectorVerdict::first;
    std::size_t dimension_before = 0, dimension = 0; // before: 0 where it cannot be told
    double distance = 0;                             // 1 − cosine at the worst sentence; estimated
    std::size_t worst = 0;                           // index of that sentence
    bool length_changed = false;                     // the directions may agree, the vectors' lengths do not
};

// `remembered`: Locked::vectors, which may be empty. `measured`: without a flaw.
VectorComparison compare(std::string_view remembered, std::span<const Vector> measured);

// The dimension of what is remembered; nothing where there is none, or it cannot be read.
std::optional<std::size_t> remembered_dimension(std::string_view remembered);

bool is_problem(VectorVerdict); // changed, other_dimension, unreadable

// One sentence for people: "the vectors changed: …".
std::string explain(const VectorComparison&);

} // namespace codemate::rules
