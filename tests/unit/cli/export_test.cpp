#include "cli/commands/export/arguments.hpp"
#include "cli/commands/export/render.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using namespace codemate::cli;
namespace use = lifecycle::exports;

namespace {

std::string hint_of(const std::vector<std::string>& targets, const std::string& directory) {
    try {
        exporting::check_words(targets, directory, [](const std::string& word) {
            return word == "primary" || word == "t13" || word == "t12";
        });
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        return error.hint();
    }
    return "";
}

} // namespace

TEST_CASE("a model's name in the place of the directory is asked about") {
    const test::TempDir files;
    const std::string usb = (files / "usb").string(), other = (files / "other").string();
    files.write("usb/oci-layout", "{}");
    files.write("other/file", "");
    CHECK(hint_of({}, "t13").find("./t13") != std::string::npos);
    CHECK(hint_of({"t11"}, "t12").starts_with("`codemate export t11 t12 DIR`"));
    CHECK(hint_of({usb}, "primary").find("`codemate export primary " + usb + "`") != std::string::npos);
    CHECK(hint_of({other}, "primary").find("`codemate export primary " + other + "`") != std::string::npos);
    CHECK(hint_of({usb, "t11"}, "t13").find("`codemate export t11 t13 " + usb + "`") != std::string::npos);
    CHECK(hint_of({usb}, "unknown").find("the directory comes last") != std::string::npos);
    // With a tag or a host it is no directory, even if nobody knows it.
    for (const char* word : {"llama3.2:1b", "team/coder:7b", "hf.co/x/y", "host:5000/x/y"})
        CHECK(hint_of({}, word) == "`codemate export " + std::string(word) + " DIR`; write ./" + word +
                                       " if you mean a directory of that name");
    for (const std::string& word : {std::string("usb"), std::string("a.b/c"), std::string("backup/x/y"),
                                    std::string("../hf.co/x/y"), (files / "no:such").string()})
        CHECK(hint_of({}, word).empty());
    CHECK(hint_of({}, "./t13").empty());
    CHECK(hint_of({}, "out").empty());
    CHECK(hint_of({"t11"}, usb).empty());
    CHECK(hint_of({"t11"}, other).empty());
}

TEST_CASE("a word that may be a model and becomes a directory is told, and one that is both likewise") {
    const test::TempDir files;
    files.write("e1/oci-layout", "{}");
    CHECK(exporting::may_be_model("neural-chat"));
    CHECK_FALSE(exporting::may_be_model("./neural-chat"));
    CHECK_FALSE(exporting::may_be_model((files / "neural-chat").string()));
    CHECK_FALSE(exporting::is_directory_among({"e1"}, ModelName::parse("e1")));
    CHECK_FALSE(exporting::is_directory_among({"."}, ModelName::parse("e1")));
}

TEST_CASE("which addresses --to takes") {
    for (const char* text : {"registry.corp/models", "http://h", "http://h/", "http://h:5000/a/b/", "https://h/a..b"})
        CHECK_NOTHROW(exporting::registry_url(text));
    CHECK(exporting::registry_url("registry.corp/models").text() == "https://registry.corp:443/models");
    for (const char* text : {"http://h/a/../b", "http://h/a//b", "h//a", "http://h/./a", "http://h/..", "http://h//",
                             "ftp://h", "registry.corp/a/../b", "http://h/a//"}) {
        INFO(text);
        CHECK_THROWS_AS(exporting::registry_url(text), Error);
    }
}

TEST_CASE("a path in the place of the registry is told as that") {
    const test::TempDir files;
    const std::string there = files.path().string();
    for (const std::string& text : {std::string("../dir"), std::string("."), std::string("./usb/"),
                                    std::string("~me/x"), std::string("/media/usb"), there}) {
        INFO(text);
        try {
            exporting::registry_url(text);
            FAIL("it was taken");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::usage);
            CHECK(error.message().find("is a path") != std::string::npos);
            CHECK(error.hint() == "write `codemate export TARGET… " + text + "` for a directory");
        }
    }
}

TEST_CASE("what an export says of its end is not cut, and what it left is told") {
    use::Item item{use::Step{ModelName::parse("a-model-with-a-long-name:7b-instruct-q4_K_M"), "there"}};
    item.done = true;
    item.carried.moved = ByteCount(14'000'000);
    item.carried.resumed = ByteCount(262);
    use::Report report{{item}};
    const exporting::To usb{"usb"};
    CHECK(exporting::text(report, usb, 80).find("exported, 14 MB written, 262 B of an earlier run") !=
          std::string::npos);
    report.items[0].done = false;
    report.items[0].carried.moved = ByteCount(262);
    report.items[0].carried.resumed = {};
    report.items[0].kept = ByteCount(40'000'000);
    report.ending = use::Ending::interrupted;
    const std::string text = exporting::text(report, usb, 80);
    CHECK(text.find("not exported, 40 MB kept for the next run") != std::string::npos);
    CHECK(text.find("0 of 1 model in usb; 262 B written, 40 MB kept for the next run\n") != std::string::npos);
    // A registry may forget it.
    const exporting::To registry{"http://h", exporting::To::Form::registry};
    CHECK(exporting::text(report, registry, 80).find("; 262 B sent, 40 MB there of what is not whole yet\n") !=
          std::string::npos);
    const std::string markdown = exporting::markdown(report, usb);
    CHECK(markdown.starts_with("| MODEL"));
    CHECK(markdown.find("40 MB kept for the next run") != std::string::npos);
}
