#include "cli/commands/benchmark/plot.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace codemate::cli::benchmark;

TEST_CASE("a scale has round ticks and room for all figures") {
    struct Row {
        std::vector<double> figures;
        Base base;
        std::vector<const char*> labels;
    };
    const Row row = GENERATE(values<Row>({
        {{}, Base::figures, {"0", "1"}},
        {{82, 82.1, 81.9}, Base::figures, {"75", "80", "85"}},
        {{3, 98}, Base::zero, {"0", "50", "100"}},
        {{70, 70, 70}, Base::figures, {"68", "70", "72"}},
        {{0.012, 0.019}, Base::figures, {"0.010", "0.015", "0.020"}},
        {{12345, 98765}, Base::zero, {"0", "50000", "100000"}},
        {{0, 0}, Base::zero, {"0.0000000000", "0.0000000005", "0.0000000010"}},
    }));
    const Scale scale = scale_for(row.figures, row.base, 2, 0, 100);
    std::vector<std::string> labels;
    for (const double tick : scale.ticks()) {
        labels.push_back(scale.label(tick));
        CHECK(scale.at(tick) >= -1e-6);
        CHECK(scale.at(tick) <= 100 + 1e-6);
    }
    CHECK(labels == std::vector<std::string>(row.labels.begin(), row.labels.end()));
    for (const double figure : row.figures) {
        CHECK(scale.at(figure) >= -1e-6);
        CHECK(scale.at(figure) <= 100 + 1e-6);
    }
}

TEST_CASE("a scale may go upwards") {
    const Scale scale = scale_for(std::vector<double>{10}, Base::zero, 2, 150, 10);
    CHECK(scale.at(0) == 150);
    CHECK(scale.at(10) == 10);
}

TEST_CASE("dots that would cover each other stand beside each other") {
    CHECK(beside({}, 9, 3).empty());
    CHECK(beside(std::vector<double>{0, 100, 50}, 9, 3) == std::vector<int>{0, 0, 0});
    CHECK(beside(std::vector<double>{5, 5, 5, 5, 5}, 9, 2) == std::vector<int>{0, 1, -1, 2, -2});
    CHECK(beside(std::vector<double>{5, 5, 5, 5}, 9, 1) == std::vector<int>{0, 1, -1, 0}); // no room is left
    CHECK(beside(std::vector<double>{0, 8, 16}, 9, 3) == std::vector<int>{0, 1, 0});
}

TEST_CASE("a drawing escapes its texts and says what it shows") {
    Drawing drawing(100, 50);
    drawing.text(1, 2, Drawing::Anchor::middle, "a<b", "tick");
    drawing.dot(1.26, -0.01, 4, "run", "x & y");
    const std::string svg = drawing.svg("c1", "the \"title\"", "what <it> is");
    CHECK(svg == "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 100 50\" "
                 "aria-labelledby=\"c1-t c1-d\"><title id=\"c1-t\">the &quot;title&quot;</title><desc id=\"c1-d\">what "
                 "&lt;it&gt; is</desc><text class=\"tick\" x=\"1\" y=\"2\" text-anchor=\"middle\">a&lt;b</text><circle "
                 "class=\"run\" cx=\"1.3\" cy=\"0\" r=\"4\"><title>x &amp; y</title></circle></svg>\n");
}
