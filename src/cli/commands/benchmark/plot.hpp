#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What charts are drawn with: a straight scale, and marks of SVG. Colours and fonts are the page's, by class names.
namespace codemate::cli::benchmark {

// From figures to a chart's units.
struct Scale {
    double least = 0, most = 1; // figures; most is above least
    double begin = 0, end = 1;  // where they are in the chart
    double step = 1;            // between ticks
    double at(double figure) const;
    std::vector<double> ticks() const;    // round figures, ascending, within the scale
    std::string label(double tick) const; // with as many digits as the step needs
};

// One that has room for all of these figures, none of them negative, and about `ticks` ticks at round ones. `from_zero`
// where the length of a mark means its figure; else as narrow as the figures are, and where they are all the same, a
// little wider. Without figures: from 0 to 1.
enum class Base { zero, figures };
Scale scale_for(std::span<const double> figures, Base, int ticks, double begin, double end);

// How far beside the line each dot stands so that no two cover each other, in dots: 0, 1, -1, 2, … `positions` in chart
// units, any order. Beyond `most` they do.
std::vector<int> beside(std::span<const double> positions, double size, int most);

// An SVG picture in the making.
class Drawing {
public:
    Drawing(double width, double height) : width_(width), height_(height) {}

    void line(double x1, double y1, double x2, double y2, std::string_view style);
    void box(double x, double y, double width, double height, std::string_view style);
    void dot(double x, double y, double radius, std::string_view style, std::string_view tip); // a tip to hover over
    void path(std::span<const std::pair<double, double>> points, std::string_view style);
    enum class Anchor { start, middle, end };
    void text(double x, double y, Anchor, std::string_view text, std::string_view style);

    // `id`: unique in the page. Title and description are what is read aloud. All texts are escaped here.
    std::string svg(std::string_view id, std::string_view title, std::string_view description) const;

private:
    double width_, height_;
    std::string marks_;
};

} // namespace codemate::cli::benchmark
