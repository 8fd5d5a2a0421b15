#include "codemate/rules/vectors.hpp"

#include "codemate/base/base64.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace codemate::rules {
namespace {

constexpr std::string_view version = "1";
constexpr std::array<std::string_view, 5> texts{
    "The embedding model turns every document of the project into a vector; a question finds those that are near.",
    "for (std::size_t i = 0; i < items.size(); ++i) { total += items[i].price * items[i].count; }",
    "On 2024-02-29 at 23:59:59 the sensor read 3.14159, 2,718 and -40 degrees; invoice no. 1000451 is 17% lower.",
    "Größe, naïveté, Ελληνικά, Привет, 日本語のテキスト, עברית, 🙂: not every letter "
    "is "
    "ASCII.",
    "database",
};

constexpr std::size_t axes = 64;
constexpr double steps = 4096;                   // an amount of 1 in whole numbers of 16 bits
constexpr std::size_t bytes_each = 4 + axes * 2; // the length, and the amounts
constexpr double length_within = 0.01;           // of itself

// The signs of one number of a vector on all axes: a bit each. Splitmix64 (Steele, Lea, Flood), which is the same
// everywhere and forever, as what stands in locks must be.
std::uint64_t signs_at(std::size_t index) {
    std::uint64_t z = (static_cast<std::uint64_t>(index) + 1) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

double length_of(const Vector& vector) {
    double square = 0;
    for (const float number : vector)
        square += static_cast<double>(number) * static_cast<double>(number);
    return std::sqrt(square);
}

// What is kept of one vector. An amount is of the order of 1 for any direction: each is a sum of as many signed parts
// as the vector has numbers, whose squares add up to 1.
struct Kept {
    double length = 0;
    std::array<double, axes> amounts{};
};

Kept kept_of(const Vector& vector) {
    Kept kept{.length = length_of(vector)};
    for (std::size_t i = 0; i < vector.size(); ++i) {
        const double part = static_cast<double>(vector[i]) / kept.length;
        std::uint64_t signs = signs_at(i);
        for (double& amount : kept.amounts) {
            amount += (signs & 1U) != 0 ? part : -part;
            signs >>= 1U;
        }
    }
    return kept;
}

void put(std::string& bytes, std::uint32_t number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        bytes += static_cast<char>((number >> (8 * i)) & 0xffU);
}

std::uint32_t take(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < count; ++i)
        number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return number;
}

void write(std::string& bytes, const Kept& kept) {
    const auto length = static_cast<float>(kept.length);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &length, sizeof bits);
    put(bytes, bits, 4);
    for (const double amount : kept.amounts) {
        const double bound = 32767;
        const auto whole = static_cast<std::int16_t>(std::clamp(std::round(amount * steps), -bound, bound));
        put(bytes, static_cast<std::uint16_t>(whole), 2);
    }
}

Kept read(std::string_view bytes) {
    const std::uint32_t bits = take(bytes, 0, 4);
    float length = 0;
    std::memcpy(&length, &bits, sizeof length);
    Kept kept{.length = static_cast<double>(length)};
    for (std::size_t i = 0; i < axes; ++i) {
        const auto whole = static_cast<std::int16_t>(static_cast<std::uint16_t>(take(bytes, 4 + 2 * i, 2)));
        kept.amounts[i] = whole / steps;
    }
    return kept;
}

// 1 − cosine of two directions, from their projections: half the square of their distance. A projection of the
// difference tells its length to √(2/64) of itself, which is why the difference is taken here and not the cosine, whose
// error would be 1/√64 whatever the distance.
double distance_of(const Kept& one, const Kept& other) {
    double square = 0;
    for (std::size_t i = 0; i < axes; ++i)
        square += (one.amounts[i] - other.amounts[i]) * (one.amounts[i] - other.amounts[i]);
    return square / axes / 2;
}

struct Remembered {
    bool ours = false; // of these sentences
    std::size_t dimension = 0;
    std::vector<Kept> kept{};
};

std::optional<std::size_t> whole(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
    return number;
}

std::optional<Remembered> read_remembered(std::string_view text) {
    const std::size_t first = text.find(':');
    const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const auto number = whole(text.substr(0, first));
    const auto dimension = whole(text.substr(first + 1, second - first - 1));
    if (!number || !dimension) return std::nullopt;
    if (text.substr(0, first) != version) return Remembered{.ours = false, .dimension = *dimension};
    const auto bytes = from_base64(text.substr(second + 1));
    if (!bytes || bytes->size() != texts.size() * bytes_each) return std::nullopt;
    Remembered remembered{.ours = true, .dimension = *dimension};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        remembered.kept.push_back(read(std::string_view(*bytes).substr(i * bytes_each, bytes_each)));
        if (!std::isfinite(remembered.kept.back().length) || remembered.kept.back().length <= 0) return std::nullopt;
    }
    return remembered;
}

VectorVerdict verdict_of(const VectorComparison& seen) {
    if (seen.length_changed || seen.distance > rounding_within) return VectorVerdict::changed;
    return seen.distance > same_within ? VectorVerdict::rounding : VectorVerdict::same;
}

// "0.00012", "0.31": what matters is the order of magnitude.
std::string in_words(double distance) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2g", distance);
    return text.data();
}

std::string quoted_sentence(std::size_t index) {
    constexpr std::size_t shown = 40;
    const std::string_view text = texts.at(index);
    if (text.size() <= shown) return "'" + std::string(text) + "'";
    std::size_t end = shown;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
        --end;
    return "'" + std::string(text.substr(0, end)) + "…'";
}

} // namespace

std::span<const std::string_view> sentences() {
    return texts;
}

std::optional<std::string> flaw_of(std::span<const Vector> measured) {
    if (measured.size() != texts.size()) return "fewer vectors than sentences";
    for (const Vector& vector : measured) {
        if (vector.empty()) return "no vector for a sentence";
        if (vector.size() != measured.front().size()) return "vectors of different lengths for different sentences";
        if (!std::all_of(vector.begin(), vector.end(), [](float number) { return std::isfinite(number); }))
            return "vectors with numbers that are not finite";
        if (!(length_of(vector) > 0)) return "a vector of zeros for a sentence";
    }
    for (std::size_t i = 1; i < measured.size(); ++i) {
        if (std::find(measured.begin(), measured.begin() + static_cast<std::ptrdiff_t>(i), measured[i]) !=
            measured.begin() + static_cast<std::ptrdiff_t>(i))
            return "the same vector for different sentences";
    }
    return std::nullopt;
}

std::string remember(std::span<const Vector> measured) {
    std::string bytes;
    for (const Vector& vector : measured)
        write(bytes, kept_of(vector));
    return std::string(version) + ":" + std::to_string(measured.front().size()) + ":" + to_base64(bytes);
}

VectorComparison compare(std::string_view remembered, std::span<const Vector> measured) {
    VectorComparison seen{.dimension = measured.front().size()};
    if (remembered.empty()) return seen;
    const std::optional<Remembered> before = read_remembered(remembered);
    seen.verdict = VectorVerdict::unreadable;
    if (!before) return seen;
    seen.dimension_before = before->dimension;
    seen.verdict = VectorVerdict::other_dimension;
    if (seen.dimension_before != seen.dimension) return seen;
    seen.verdict = VectorVerdict::incomparable;
    if (!before->ours) return seen;
    for (std::size_t i = 0; i < measured.size(); ++i) {
        const Kept now = kept_of(measured[i]);
        const double distance = distance_of(before->kept[i], now);
        if (distance > seen.distance) {
            seen.distance = distance;
            seen.worst = i;
        }
        seen.length_changed = seen.length_changed ||
                              std::abs(now.length - before->kept[i].length) > length_within * before->kept[i].length;
    }
    seen.verdict = verdict_of(seen);
    return seen;
}

std::optional<std::size_t> remembered_dimension(std::string_view remembered) {
    const std::optional<Remembered> before = read_remembered(remembered);
    return before ? std::optional(before->dimension) : std::nullopt;
}

std::string_view to_string(VectorVerdict verdict) {
    switch (verdict) {
    case VectorVerdict::first:
        return "first";
    case VectorVerdict::same:
        return "same";
    case VectorVerdict::rounding:
        return "rounding";
    case VectorVerdict::changed:
        return "changed";
    case VectorVerdict::other_dimension:
        return "other_dimension";
    case VectorVerdict::incomparable:
        return "incomparable";
    case VectorVerdict::unreadable:
        return "unreadable";
    }
    return "first";
}

bool is_problem(VectorVerdict verdict) {
    return verdict == VectorVerdict::changed || verdict == VectorVerdict::other_dimension ||
           verdict == VectorVerdict::unreadable;
}

std::string explain(const VectorComparison& seen) {
    switch (seen.verdict) {
    case VectorVerdict::first:
        return "no vectors were remembered yet";
    case VectorVerdict::same:
        return "the vectors are those that the lock remembers";
    case VectorVerdict::rounding:
        return "the vectors are those that the lock remembers, within rounding (1 − cosine " + in_words(seen.distance) +
               ")";
    case VectorVerdict::changed:
        if (seen.distance <= rounding_within)
            return "the vectors changed: they have the remembered directions, and other lengths";
        return "the vectors changed: 1 − cosine is up to " + in_words(seen.distance) + " where rounding stays below " +
               in_words(rounding_within) + ", at the sentence " + quoted_sentence(seen.worst);
    case VectorVerdict::other_dimension:
        return "the vectors have " + std::to_string(seen.dimension) + " numbers; the lock remembers " +
               std::to_string(seen.dimension_before);
    case VectorVerdict::incomparable:
        return "the lock remembers vectors of other sentences, by another version of codemate: they cannot be compared";
    case VectorVerdict::unreadable:
        return "what the lock says of vectors cannot be read";
    }
    return {};
}

} // namespace codemate::rules
