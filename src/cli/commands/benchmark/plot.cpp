#include "cli/commands/benchmark/plot.hpp"

#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace codemate::cli::benchmark {
namespace {

using ui::html_escaped;

// In tenths: more would be no finer on any screen.
std::string place(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    std::string result = text;
    if (result.ends_with(".0")) result.resize(result.size() - 2);
    return result == "-0" ? "0" : result;
}

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
    return attribute(name, place(value));
}

// 1, 2 or 5 times a power of ten.
double round_step(double rough) {
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * 0.999) return factor * power;
    return 10 * power;
}

} // namespace

double Scale::at(double figure) const {
    return begin + (figure - least) / (most - least) * (end - begin);
}

std::vector<double> Scale::ticks() const {
    std::vector<double> list;
    const double slack = step * 1e-6;
    for (double index = std::ceil((least - slack) / step); index * step <= most + slack; ++index)
        list.push_back(index * step + 0.0); // never a nought with a sign
    return list;
}

std::string Scale::label(double tick) const {
    const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, tick);
    return text;
}

Scale scale_for(std::span<const double> figures, Base base, int ticks, double begin, double end) {
    Scale scale{.begin = begin, .end = end};
    if (figures.empty()) return scale;
    const auto [low, high] = std::ranges::minmax(figures);
    double least = base == Base::zero ? 0 : low, most = high;
    // A twentieth is noise on any machine: spread over the whole width it would look like much.
    const double narrowest = std::max(std::abs(high) * 0.05, 1e-9);
    if (most - least < narrowest) {
        const double middle = (least + most) / 2;
        least = base == Base::zero ? 0 : std::max(0.0, middle - narrowest / 2);
        most = least + narrowest;
    }
    scale.step = round_step((most - least) / ticks);
    scale.least = std::floor(least / scale.step + 1e-6) * scale.step;
    scale.most = std::ceil(most / scale.step - 1e-6) * scale.step;
    return scale;
}

std::vector<int> beside(std::span<const double> positions, double size, int most) {
    std::vector<int> levels(positions.size(), 0);
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const auto is_free = [&](int level) {
            for (std::size_t other = 0; other < i; ++other)
                if (levels[other] == level && std::abs(positions[other] - positions[i]) < size) return false;
            return true;
        };
        for (int k = 0; k <= 2 * most; ++k) {
            const int level = k % 2 == 1 ? (k + 1) / 2 : -k / 2;
            levels[i] = level;
            if (is_free(level)) break;
            levels[i] = 0;
        }
    }
    return levels;
}

void Drawing::line(double x1, double y1, double x2, double y2, std::string_view style) {
    marks_ += "<line" + attribute("class", style) + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
              attribute("y2", y2) + "/>";
}

void Drawing::box(double x, double y, double width, double height, std::string_view style) {
    marks_ += "<rect" + attribute("class", style) + attribute("x", x) + attribute("y", y) + attribute("width", width) +
              attribute("height", height) + attribute("rx", 3) + "/>";
}

void Drawing::dot(double x, double y, double radius, std::string_view style, std::string_view tip) {
    marks_ += "<circle" + attribute("class", style) + attribute("cx", x) + attribute("cy", y) + attribute("r", radius) +
              "><title>" + html_escaped(tip) + "</title></circle>";
}

void Drawing::path(std::span<const std::pair<double, double>> points, std::string_view style) {
    std::string list;
    for (const auto& [x, y] : points)
        list += (list.empty() ? "" : " ") + place(x) + "," + place(y);
    marks_ += "<polyline" + attribute("class", style) + attribute("points", list) + "/>";
}

void Drawing::text(double x, double y, Anchor anchor, std::string_view text, std::string_view style) {
    constexpr std::array<std::string_view, 3> words{"start", "middle", "end"};
    marks_ += "<text" + attribute("class", style) + attribute("x", x) + attribute("y", y) +
              attribute("text-anchor", words.at(static_cast<std::size_t>(anchor))) + ">" + html_escaped(text) +
              "</text>";
}

std::string Drawing::svg(std::string_view id, std::string_view title, std::string_view description) const {
    const std::string name(id);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"" +
           attribute("viewBox", "0 0 " + place(width_) + " " + place(height_)) +
           attribute("aria-labelledby", name + "-t " + name + "-d") + "><title" + attribute("id", name + "-t") + ">" +
           html_escaped(title) + "</title><desc" + attribute("id", name + "-d") + ">" + html_escaped(description) +
           "</desc>" + marks_ + "</svg>\n";
}

} // namespace codemate::cli::benchmark
