#include "support/catch.hpp"

#include "codemate/rules/expectations.hpp"

using namespace codemate;
using rules::Breach;
using rules::Known;
using What = Breach::What;
using Certainty = Breach::Certainty;

namespace {

manifest::Expect everything() {
    manifest::Expect expect;
    expect.size = ByteCount(4'700'000'000);
    expect.quantization = "Q4_0";
    expect.context = 8192;
    expect.license = Digest::of("licence").text();
    return expect;
}

Known fitting() {
    return {ByteCount(4'683'087'332), "q4_0", 8192, std::vector{Digest::of("other"), Digest::of("licence")}};
}

std::optional<Breach> only(const Known& known) {
    const std::vector<Breach> found = rules::breaches(everything(), known);
    CHECK(found.size() <= 1);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

} // namespace

TEST_CASE("what holds is not spoken of, and what is not expected neither") {
    CHECK_FALSE(only(fitting())); // 4.68 GB prints as 4.7 GB
    CHECK(rules::breaches({}, {}).empty());
}

TEST_CASE("each expectation that is broken says what is and what should be") {
    struct Case {
        void (*spoil)(Known&);
        What what;
        const char* text;
    };
    const Case cases[] = {
        {[](Known& known) { known.size = ByteCount(4'100'000'000); }, What::size, "has 4.1 GB, expected 4.7 GB"},
        {[](Known& known) { known.quantization = "Q4_K_M"; }, What::quantization, "is Q4_K_M, expected Q4_0"},
        {[](Known& known) { known.supported_context = 4096; }, What::context,
         "supports a context of 4096 tokens, expected 8192"},
        {[](Known& known) { known.licenses->clear(); }, What::license, "has no licence, expected "},
        {[](Known& known) { known.licenses->pop_back(); }, What::license, "has licence "},
    };
    for (const Case& each : cases) {
        Known known = fitting();
        each.spoil(known);
        const std::optional<Breach> breach = only(known);
        REQUIRE(breach);
        CHECK(breach->what == each.what);
        CHECK(breach->certainty == Certainty::broken);
        CHECK(breach->text.starts_with(each.text));
    }
}

TEST_CASE("what is not known is not broken") {
    const std::vector<Breach> found = rules::breaches(everything(), {});
    REQUIRE(found.size() == 3); // a size that is not known is not worth a word
    for (const Breach& breach : found)
        CHECK(breach.certainty == Certainty::not_known);
    CHECK(found[0].what == What::quantization);
    CHECK(found[1].what == What::context);
    CHECK(found[2].what == What::license);
}

TEST_CASE("words from outside are fit for a terminal") {
    Known known = fitting();
    known.quantization = "Q4\x1b[31m";
    CHECK(only(known)->text.find('\x1b') == std::string::npos);
}
