#include "lifecycle/doctor/settings.hpp"
#include "unit/lifecycle/doctor_setups.hpp"

using namespace codemate;
namespace use = lifecycle::doctor;
using test::check_all;
using test::DoctorWorld;

namespace {

const char* const compose = "/project/docker-compose.yml";

std::string service(const std::string& environment) {
    return "services:\n  ollama:\n    image: ollama/ollama\n    environment: " + environment + "\n";
}

} // namespace

TEST_CASE("files of variables that cannot be read are said to be so") {
    check_all({
        {".env",
         [](DoctorWorld& w) { w.unreadable["/project/.env"] = "Permission denied"; },
         {},
         {"variables.unread"},
         "'/project/.env': Permission denied"},
        {"a compose file",
         [](DoctorWorld& w) {
             w.files[compose] = "";
             w.unreadable[compose] = "it is no regular file";
         },
         {},
         {"variables.unread"},
         "no regular file"},
        {"a part of the unit",
         [](DoctorWorld& w) { w.unreadable["/etc/systemd/system/ollama.service.d"] = "Permission denied"; },
         {},
         {"variables.unread"},
         "ollama.service.d"},
        {"the project's directory, and what is wrong elsewhere is said all the same",
         [](DoctorWorld& w) {
             w.unreadable["/project"] = "Permission denied";
             w.options.environment["OLLAMA_NOPRUNE"] = "no";
         },
         {"variables.opposite"},
         {"variables.unread", "cleanup.noprune"},
         "'/project': Permission denied"},
        {"no text",
         [](DoctorWorld& w) { w.files["/project/.env"] = std::string("O\0L", 3); },
         {},
         {"variables.unread"},
         "no text"},
        {"more compose files than are looked at",
         [](DoctorWorld& w) {
             for (int i = 10; i < 31; ++i)
                 w.files["/project/compose." + std::to_string(i) + ".yml"] = "";
         },
         {},
         {"variables.unread"},
         "compose.30.yml"},
        {"a form of YAML that is not followed",
         [](DoctorWorld& w) {
             w.files[compose] = "services:\n  o: {image: ollama/ollama, environment: {OLLAMA_NOPRUNE: \"no\"}}\n";
         },
         {},
         {"variables.unread"},
         "docker-compose.yml:2"},
    });
}

TEST_CASE("broken set-ups in compose files that use brackets") {
    check_all({
        {"a list in brackets",
         [](DoctorWorld& w) { w.files[compose] = service(R"(["OLLAMA_NOPRUNE=no", "OLLAMA_MODELS=~/m"])"); },
         {"variables.opposite", "variables.literal_tilde"},
         {"cleanup.noprune"},
         "docker-compose.yml:4"},
        {"a map in brackets",
         [](DoctorWorld& w) { w.files[compose] = service(R"({OLLAMA_NOPRUNE: "no"})"); },
         {"variables.opposite"},
         {"cleanup.noprune"},
         "docker-compose.yml:4"},
        {"a byte order mark",
         [](DoctorWorld& w) { w.files["/project/.env"] = "\xEF\xBB\xBFOLLAMA_KEEP_ALIVE=1d\n"; },
         {"variables.ignored_value"},
         {},
         ".env:1"},
    });
}

TEST_CASE("what brackets hold in a compose file") {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    const auto read = [](const std::string& environment) {
        Pairs pairs;
        for (const use::Setting& each : use::settings_of_compose(service(environment), "c"))
            pairs.emplace_back(each.name + "=" + each.value.value_or("?"), each.place);
        return pairs;
    };
    CHECK(read("[]") == Pairs{});
    CHECK(read("{}") == Pairs{});
    CHECK(read("[OLLAMA_A=1,'OLLAMA_B=2, 3' , X=OLLAMA_C=4]") ==
          Pairs{{"OLLAMA_A=1", "c:4"}, {"OLLAMA_B=2, 3", "c:4"}});
    CHECK(read("{ OLLAMA_A: 1, \"OLLAMA_B\": '2', <<: *x, OLLAMA_C: \"a: }\" } # OLLAMA_D: 1") ==
          Pairs{{"OLLAMA_A=1", "c:4"}, {"OLLAMA_B=2", "c:4"}, {"OLLAMA_C=a: }", "c:4"}});
    CHECK(read("[\n      \"OLLAMA_A=1\", # OLLAMA_B=1\n      OLLAMA_C=${C:-2,3},\n  ]\n    command: OLLAMA_D") ==
          Pairs{{"OLLAMA_A=1", "c:5"}, {"OLLAMA_C=2,3", "c:6"}});
    CHECK(read("{OLLAMA_A: ${B}, OLLAMA_C: 1}") == Pairs{{"OLLAMA_A=?", "c:4"}, {"OLLAMA_C=1", "c:4"}});
    CHECK(read("[OLLAMA_A=1") == Pairs{{"OLLAMA_A=1", "c:4"}});
    CHECK(read("]}[{") == Pairs{});
}

TEST_CASE("lines of a compose file that are not understood") {
    const std::string text =
        "services:\n  a: {environment: {OLLAMA_A: 1}}\n  b:\n    environment:\n      OLLAMA_B: ${OLLAMA_C:-1}\n"
        "    command: sh -c 'OLLAMA_D=1 ollama serve'\n    # OLLAMA_E: 1\n    test: $OLLAMA_F:1 # OLLAMA_G=1\n"
        "    args: [OLLAMA_BASE_URL=x, MY_OLLAMA_H=1]\n";
    CHECK(use::lines_not_understood(text, "c", use::settings_of_compose(text, "c")) == std::vector<std::size_t>{2, 6});
}

namespace {

void set_date(DoctorWorld& world, const std::string& date) {
    world.answer.headers.push_back({"Date", date});
}

} // namespace

TEST_CASE("broken set-ups of the server's clock") {
    using namespace std::chrono_literals;
    check_all({
        {"hours behind",
         [](DoctorWorld& w) { set_date(w, test::http_date(w.clock.now() - 47h)); },
         {"clock.skew"},
         {},
         "is 46h59m behind this one"},
        {"days ahead",
         [](DoctorWorld& w) { set_date(w, test::http_date(w.clock.now() + 72h)); },
         {"clock.skew"},
         {},
         "is 3 days ahead of this one"},
        {"the year 9999",
         [](DoctorWorld& w) { set_date(w, "Fri, 31 Dec 9999 23:59:59 GMT"); },
         {"clock.skew"},
         {},
         "is centuries ahead of this one; it says 'Fri, 31 Dec 9999 23:59:59 GMT'"},
        {"the year 1",
         [](DoctorWorld& w) { set_date(w, "Mon, 01 Jan 0001 00:00:00 GMT"); },
         {"clock.skew"},
         {},
         "is centuries behind this one"},
        {"three centuries ago",
         [](DoctorWorld& w) { set_date(w, "Fri, 01 Jan 1700 00:00:00 GMT"); },
         {"clock.skew"},
         {},
         "days behind this one"},
    });
}

TEST_CASE("a date that cannot be read is no missing one") {
    DoctorWorld world;
    set_date(world, "tomorrow\x1b");
    const use::Report report = world.look();
    const auto clock = std::ranges::find(report.findings, "clock", &use::Finding::check);
    CHECK(clock->level == use::Level::skipped);
    CHECK(clock->found == "the date of the server's answers cannot be read: 'tomorrow\\x1b'");
}

namespace {

using Standing = use::Store::Standing;
using Call = test::FakeServer::Call::What;

void put_fifo(DoctorWorld& world) {
    world.disk.put_special(test::path_of_model("waits:latest"), store::Type::fifo);
}

void hang_list(DoctorWorld& world) {
    world.server.fail(Call::installed, Error(Kind::unreachable, "/api/tags took longer than 3.0s"), 0, 9);
}

use::Level level_of(const use::Report& report, std::string_view check) {
    return std::ranges::find(report.findings, check, &use::Finding::check)->level;
}

} // namespace

TEST_CASE("broken set-ups of a list that does not come, and of manifests that are no files") {
    check_all({
        {"a slow list",
         [](DoctorWorld& w) {
             hang_list(w);
             w.store.standing = Standing::unprovable;
         },
         {"list.slow"},
         {},
         "waits longer"},
        {"a fifo that the list waits for, in the named directory",
         [](DoctorWorld& w) {
             hang_list(w);
             put_fifo(w);
             w.store.standing = Standing::named;
         },
         {"list.slow"},
         {},
         "remove it: '/models/manifests/registry.ollama.ai/library/waits/latest' (it is a fifo)"},
        {"a fifo in another server's directory",
         [](DoctorWorld& w) {
             put_fifo(w);
             w.store.standing = Standing::named;
             w.store.doubt = "chat:latest has another digest there";
         },
         {"store.not_ours", "cleanup.corrupt_manifest"},
         {},
         "waits/latest"},
        {"a key's name",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_APIKEY"] = "sekret"; },
         {"variables.misspelt"},
         {},
         "did you mean OLLAMA_API_KEY?"},
    });
}

TEST_CASE("nothing is in order that was not read, or need not be this server's") {
    DoctorWorld unread;
    put_fifo(unread);
    hang_list(unread);
    unread.store.standing = Standing::named;
    const use::Report waits = unread.look();
    CHECK(level_of(waits, "cleanup") == use::Level::skipped);
    CHECK(level_of(waits, "content") == use::Level::skipped);
    DoctorWorld named;
    named.store.standing = Standing::named;
    named.store.doubt = "chat:latest has another digest there";
    const use::Report report = named.look();
    CHECK(DoctorWorld::ids(report, use::Level::problem) == DoctorWorld::Ids{"store.not_ours"});
    for (const char* check : {"cleanup", "content", "downloads"}) {
        CAPTURE(check);
        CHECK(level_of(report, check) == use::Level::skipped);
    }
}

TEST_CASE("names in the server's list that cannot be used are said") {
    DoctorWorld world;
    use::Facts facts = use::gather(world.options, world.ports(), {});
    const auto list_in = [&] {
        const use::Report report = use::examine(facts);
        return *std::ranges::find(report.findings, "list", &use::Finding::check);
    };
    CHECK(list_in().level == use::Level::ok);
    facts.unusable = 3;
    CHECK(list_in().id() == "list.unusable");
    CHECK(list_in().level == use::Level::note);
    CHECK(list_in().found.find("3 of 5 models") == 0);
    facts.installed.value->clear();
    CHECK(list_in().level == use::Level::problem);
    facts.store.value->standing = Standing::unprovable;
    const use::Report report = use::examine(facts);
    const auto store = std::ranges::find(report.findings, "store", &use::Finding::check);
    CHECK(store->found.find("the server lists no model whose name can be used") == 0);
}
