#include "cli/commands/show/render.hpp"
#include "support/catch.hpp"

using namespace codemate;
namespace use = lifecycle::show;
using rules::Drift;

namespace {

const Time now = *parse_rfc3339("2026-11-22T12:00:00Z");

use::Report report_of(const std::string& text) {
    const ModelName name = ModelName::parse(text);
    use::Report report{name, {name, name}};
    report.now = now;
    report.running_is_known = true;
    return report;
}

use::Report installed(const std::string& text = "mistral:7b") {
    use::Report report = report_of(text);
    report.installed = ollama::Installed{.name = report.name, .digest = Digest::of(text), .size = ByteCount(1000)};
    return report;
}

std::string shown(const use::Report& report) {
    return cli::show::text(report, ui::Style(false));
}

// What stands behind a key in the first block that has it.
std::string value_of(const use::Report& report, const std::string& key) {
    const std::string text = shown(report);
    const std::size_t row = text.find("\n    " + key + "  ");
    if (row == std::string::npos) return "(none)";
    const std::size_t value = text.find_first_not_of(' ', row + 5 + key.size());
    return text.substr(value, text.find('\n', value) - value);
}

} // namespace

TEST_CASE("the state of the lock in words") {
    struct Row {
        Drift drift;
        bool locked;
        const char* text;
    };
    const Row row = GENERATE(Row{Drift::none, true, "at its locked digest"},
                             Row{Drift::same_content, true, "the locked content, under another digest"},
                             Row{Drift::moved, true, "locked at e3b0c44298fc, another content"},
                             Row{Drift::absent, true, "locked at e3b0c44298fc, not installed"},
                             Row{Drift::absent, false, "not locked"}, Row{Drift::unpinned, false, "not locked"},
                             Row{Drift::unpinned, true, "locked at e3b0c44298fc; the server tells no digest"});
    use::Report report = installed();
    report.drift = row.drift;
    if (row.locked) report.locked = Digest::of("");
    CHECK(value_of(report, "lock") == row.text);
}

TEST_CASE("the state of the tag in words") {
    using upstream::Against;
    using upstream::State;
    use::Report report = installed();
    const auto text = [&](State state, const std::string& reason) {
        report.standing.state = state;
        report.standing.reason = reason;
        return value_of(report, "registry");
    };
    CHECK(text(State::current, "up to date") == "the tag serves the same");
    report.standing.against = Against::lock;
    CHECK(text(State::current, "up to date") == "the tag serves what is locked");
    CHECK(text(State::outdated, "weights changed") == "the tag has moved: weights changed");
    report.standing.to_fetch = ByteCount(4'400'000'000);
    CHECK(text(State::outdated, "weights changed") == "the tag has moved: weights changed; an update fetches 4.4 GB");
    CHECK(text(State::no_upstream, "no registry has it") == "no registry has it");
    CHECK(text(State::failed, "no route\x1b[2J") == "not known: no route\\x1b[2J");
}

TEST_CASE("what is loaded, with the share of it on a GPU") {
    use::Report report = installed();
    CHECK(value_of(report, "loaded") == "no");
    report.running = ollama::Running{.name = report.name, .size = ByteCount(4000), .size_vram = ByteCount(1000)};
    CHECK(value_of(report, "loaded") == "yes, 4 KB, 25 % on a GPU");
    report.running->name = ModelName::parse("copy");
    report.running->size_vram = ByteCount(8000);
    CHECK(value_of(report, "loaded") == "yes, as copy:latest, 4 KB, 100 % on a GPU");
    report.running->size = {};
    CHECK(value_of(report, "loaded") == "yes, as copy:latest, 0 B");
    report.running.reset();
    report.running_is_known = false;
    CHECK(value_of(report, "loaded") == "not known");
    CHECK(value_of(report, "served") == "not known");
}

TEST_CASE("estimates, and none") {
    use::Report report = installed();
    CHECK(value_of(report, "estimate") == "not known");
    report.memory = rules::MemoryEstimate{8192, ByteCount(4'683'073'184), ByteCount(448ULL << 20), ByteCount(57'344)};
    CHECK(value_of(report, "estimate") ==
          "5.2 GB for a context of 8192: weights 4.7 GB, cache 469 MB (57344 bytes a token)");
    report.memory->is_upper_bound = true;
    report.contexts.supported = 4096;
    CHECK(value_of(report, "estimate") == "at most 5.2 GB for a context of 8192: weights 4.7 GB, cache 469 MB "
                                          "(57344 bytes a token); the model supports 4096");
    report.memory = rules::MemoryEstimate{512, ByteCount(1'000'000), {}, {}}; // an encoder
    CHECK(value_of(report, "estimate") == "1 MB for a context of 512: weights 1 MB, cache 0 B");
}

TEST_CASE("a cloud model has no size, no memory and no layers here") {
    use::Report report = installed("gpt-oss:20b-cloud");
    report.installed->remote_host = "https://ollama.com:443";
    const std::string text = shown(report);
    CHECK(text.find("    content     at https://ollama.com:443\n") != std::string::npos);
    for (const char* part : {"  Memory\n", "  Layers\n", "    size  ", "on the disk"})
        CHECK(text.find(part) == std::string::npos);
}

TEST_CASE("what nothing keeps, and what is not installed") {
    CHECK(shown(installed()).find("  Why it is kept\n    nothing keeps it\n") != std::string::npos);
    const std::string absent = shown(report_of("mistral:7b"));
    CHECK(absent.starts_with("  Model\n    name         mistral:7b\n    installed    no\n"));
    CHECK(absent.find("kept") == std::string::npos);
}

TEST_CASE("layers that are shared, and those that are not there") {
    use::Report report = installed();
    const auto layer = [](LayerRole role, const char* content) {
        return Layer{role, "", Digest::of(content), ByteCount(10), ""};
    };
    report.layers = {{layer(LayerRole::weights, "a"), std::vector<ModelName>{}, store::Flaw::What::missing},
                     {layer(LayerRole::system, "b"), std::vector<ModelName>{}, store::Flaw::What::wrong_size},
                     {layer(LayerRole::license, "c"), std::vector{ModelName::parse("x"), ModelName::parse("y:1")}, {}}};
    const std::string text = shown(report);
    CHECK(text.find(" 10 B    missing\n") != std::string::npos);
    CHECK(text.find(" 10 B    not as its manifest says\n") != std::string::npos);
    CHECK(text.find(" 10 B    shared with x:latest and y:1\n") != std::string::npos);
}
