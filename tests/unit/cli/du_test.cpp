#include "cli/commands/du/render.hpp"
#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/golden.hpp"
#include "support/memory_disk.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/store/scan.hpp"

using namespace codemate;
namespace use = lifecycle::du;

namespace {

// A directory with one of each kind, whose blocks are the same on every machine.
use::Facts facts() {
    test::MemoryDisk disk;
    test::install(disk, "mistral", "config a", {"weights", "template"});
    test::install(disk, "someone/mine:7b", "config b", {"weights", "other"});
    test::install(disk, "qwen2.5-coder:7b-instruct-q4_K_M", "config c", {"large"});
    test::install(disk, "mistral:latest.codemate-20261122t120000z-0123456789ab", "config d", {"former"});
    test::install(disk, "127.0.0.1:41837/codemate-d01e6d09a0eb794a832c22a0f9b7fc08/mine", "config b",
                  {"weights", "other"});
    disk.on_disk(test::path_of_blob("weights"), ByteCount(4'113'289'216));
    disk.on_disk(test::path_of_blob("large"), ByteCount(4'683'075'584));
    disk.on_disk(test::path_of_blob("former"), ByteCount(4'109'856'768));
    disk.put(test::path_of_blob("left over"), "left over");
    const std::string partial = test::path_of_blob("half") + "-partial";
    disk.put(partial, std::string(100'000, '\0'));
    disk.on_disk(partial, ByteCount(40'960));
    disk.put(partial + "-0", R"({"N":0,"Offset":0,"Size":100000,"Completed":36000})");
    disk.put("blobs/sha256-1234", "upload");
    disk.put("blobs/notes\n.txt", "x");
    disk.put_link(test::path_of_blob("elsewhere"), "/dev/sda");
    use::Facts facts;
    facts.disk = {store::take_inventory(store::scan(disk, {})),
                  machine::DiskSpace{ByteCount(500'000'000'000), ByteCount(20'500'000'000)}};
    return facts;
}

} // namespace

TEST_CASE("du of a directory that has one of each kind") {
    const use::Facts all = facts();
    const use::Report report = use::examine(all, {});
    CHECK(test::golden_difference("du.txt", cli::du::text(report, {}, 0, ui::Style(false))) == "");
    CHECK(test::golden_difference("du.terminal.txt", cli::du::text(report, {}, 60, ui::Style(true))) == "");
    const json::Value document = cli::du::document(report, "/models", "", http::Url::parse("http://127.0.0.1:11434"));
    CHECK(test::golden_difference("du.json", json::to_pretty(document) + "\n") == "");
}

TEST_CASE("du with a filter leaves the disk out and says what would come free") {
    const use::Facts all = facts();
    const use::Options options{"m*"};
    CHECK(test::golden_difference("du.filter.txt",
                                  cli::du::text(use::examine(all, options), options, 0, ui::Style(false))) == "");
}

TEST_CASE("of many oddities the first ones are told") {
    use::Facts all = facts();
    for (int i = 0; i < 20; ++i)
        all.disk->inventory.oddities.push_back({store::Oddity::What::foreign, "x" + std::to_string(i), "odd", {}});
    const std::string text = cli::du::text(use::examine(all, {}), {}, 0, ui::Style(false));
    CHECK(text.find("    … and 12 more\n") != std::string::npos);
}
