#include "support/catch.hpp"
#include "unit/lifecycle/images.hpp"

#include "codemate/rules/fit.hpp"

using namespace codemate;
using rules::Fit;
using Gpus = std::optional<std::vector<machine::Gpu>>;

namespace {

constexpr std::uint64_t gb = 1'000'000'000;
const Gpus not_known, none = std::vector<machine::Gpu>{};
const Gpus two = std::vector<machine::Gpu>{{"a", ByteCount(8 * gb), {}}, {"b", ByteCount(4 * gb), ByteCount(gb)}};

} // namespace

TEST_CASE("whether weights fit into memory and GPUs, as far as these are known") {
    struct Row {
        std::uint64_t weights;
        std::optional<ByteCount> main;
        Gpus gpus;
        Fit fit;
    };
    const std::optional<ByteCount> sixteen = ByteCount(16 * gb), nothing;
    const Row row =
        GENERATE_COPY(Row{4 * gb, sixteen, none, Fit::main}, Row{16 * gb, sixteen, none, Fit::main},
                      Row{16 * gb + 1, sixteen, none, Fit::too_large}, Row{4 * gb, sixteen, not_known, Fit::main},
                      Row{20 * gb, sixteen, not_known, Fit::unknown}, Row{12 * gb, sixteen, two, Fit::gpu},
                      Row{13 * gb, sixteen, two, Fit::split}, Row{28 * gb, sixteen, two, Fit::split},
                      Row{28 * gb + 1, sixteen, two, Fit::too_large}, Row{4 * gb, nothing, not_known, Fit::unknown},
                      Row{4 * gb, nothing, none, Fit::unknown}, Row{4 * gb, nothing, two, Fit::gpu},
                      Row{13 * gb, nothing, two, Fit::unknown});
    CHECK(rules::fit(ByteCount(row.weights), {row.main, row.gpus}) == row.fit);
}

TEST_CASE("what is loaded of an image, each layer once") {
    const auto model = test::FakeRegistry::model("{}", {{"model", "weights"},
                                                        {"projector", "eyes"},
                                                        {"adapter", "fine"},
                                                        {"model", "weights"},
                                                        {"template", "a template"},
                                                        {"license", "MIT"}});
    CHECK(rules::weights_of(model.image()) == ByteCount(7 + 4 + 4));
}
