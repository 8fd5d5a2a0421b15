#include "support/catch.hpp"
#include "unit/lifecycle/disks.hpp"

#include "codemate/lifecycle/locate.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <map>

using namespace codemate;
namespace use = lifecycle::locate;
using test::FakeServer;
using test::MemoryDisk;
using Origin = use::Place::Origin;
using Standing = use::Report::Standing;
using Call = FakeServer::Call::What;

namespace {

Error forbidden(const std::string& path) {
    return {Kind::storage, "cannot read '" + path + "': Permission denied"};
}

struct World {
    FakeServer server;
    std::map<std::string, MemoryDisk> disks;
    std::map<std::string, Error> errors;
    std::vector<use::Place> places{{"/home/me/.ollama/models", Origin::usual}};

    World() { server.set_models_directory("/nowhere"); }

    MemoryDisk& disk(const std::string& path = "/home/me/.ollama/models") { return disks[path]; }

    use::Report look() {
        const auto open = [&](const std::filesystem::path& path) -> std::unique_ptr<store::Disk> {
            if (const auto error = errors.find(path.string()); error != errors.end()) throw error->second;
            const auto found = disks.find(path.string());
            if (found == disks.end()) throw Error(Kind::not_found, "there is no " + path.string());
            return std::make_unique<test::BorrowedDisk>(found->second);
        };
        const auto owner = [](const std::filesystem::path& path) -> std::optional<std::uint32_t> {
            if (path == "/usr/share") return 0;
            return std::nullopt;
        };
        return use::examine(use::gather({places}, server.installed({}), {server, open, owner}, {}));
    }
    std::size_t shows() const {
        const auto calls = server.calls();
        return static_cast<std::size_t>(std::ranges::count(calls, Call::show, &FakeServer::Call::what));
    }
};

const char* const home = "/home/me/.ollama/models";

} // namespace

TEST_CASE("a directory with the digests and times that the server lists is its own") {
    World world;
    test::install(world.server, world.disk(), "mistral", "{}", {"weights"});
    test::install(world.server, world.disk(), "hf.co/owner/repo:Q4", "{}", {"others"});
    const use::Report report = world.look();
    CHECK(report.standing == Standing::proven);
    REQUIRE(report.store);
    CHECK(report.store->proven);
    CHECK(report.store->place.path == home);
    CHECK(report.store->inventory.models.size() == 2);
    CHECK(report.dismissed.size() == 1); // what the server tells of, which is not there
    CHECK(world.shows() == 1);
}

TEST_CASE("what speaks against a directory") {
    World world;
    MemoryDisk& disk = world.disk();
    test::install(world.server, disk, "mistral", "{}", {"weights"});
    test::install(world.server, disk, "other", "{}", {"others"});
    std::string why;
    SECTION("another digest") {
        disk.put(test::path_of_model("mistral"), test::manifest_of("{}", {"others"}));
        why = "mistral:latest has another digest there";
    }
    SECTION("another time, by a nanosecond") {
        const Time then = disk.stat(test::path_of_model("mistral"))->identity.modified;
        disk.set_time(test::path_of_model("mistral"), then + Duration(1));
        why = "mistral:latest was written there at another time than the server says";
    }
    SECTION("a model more") {
        test::install(disk, "more", "{}", {"weights"});
        why = "more:latest stands there, and the server does not list it";
    }
    SECTION("a model less") {
        disk.remove(test::path_of_model("other"));
        why = "other:latest is not there, and the server lists it";
    }
    SECTION("no models at all") {
        world.disks.erase(home);
        world.disk().make_directory("manifests");
        why = "mistral:latest is not there, and the server lists it";
    }
    const use::Report report = world.look();
    CHECK(report.standing == Standing::elsewhere);
    CHECK_FALSE(report.store);
    REQUIRE(report.dismissed.size() == 2); // what the server tells of, which is not there, and it
    CHECK(report.dismissed[0].place.origin == Origin::shown);
    CHECK(report.dismissed[1].why == why);
    CHECK(report.shown == "/nowhere");
}

TEST_CASE("damage explains what only one of them knows") {
    World world;
    MemoryDisk& disk = world.disk();
    test::install(world.server, disk, "mistral", "{}", {"weights"});
    test::install(disk, "hidden", "{\"of\":\"hidden\"}", {"weights"});
    SECTION("a configuration that is gone") {
        disk.remove(test::path_of_blob("{\"of\":\"hidden\"}"));
    }
    SECTION("a configuration of the same length and another content") {
        disk.change(test::path_of_blob("{\"of\":\"hidden\"}"), [](std::string& content) { content.back() = '\0'; });
    }
    SECTION("a manifest that is cut") {
        disk.put(test::path_of_model("hidden"), "{");
    }
    SECTION("a manifest that is a link, in which codemate does not look") {
        disk.remove(test::path_of_model("hidden"));
        disk.put_link(test::path_of_model("hidden"), "/elsewhere");
    }
    CHECK(world.look().standing == Standing::proven);
}

TEST_CASE("an empty store proves nothing, and a server without models lets nothing be proved") {
    World world;
    world.disk().make_directory("manifests");
    CHECK(world.look().standing == Standing::unprovable);
    test::install(world.disk(), "mistral", "{}", {"weights"});
    CHECK(world.look().standing == Standing::unprovable);
}

TEST_CASE("digests that the server does not tell prove nothing") {
    const use::Candidate none{{home, Origin::usual}};
    CHECK_FALSE(use::prove(none, {}).holds());
    MemoryDisk disk;
    test::install(disk, "mlx", "{}", {"weights"});
    use::Candidate candidate{{home, Origin::usual}};
    candidate.inventory = store::take_inventory(store::scan(disk, {}));
    ollama::Installed model{ModelName::parse("mlx")};
    model.modified = candidate.inventory.models.front().stat.identity.modified;
    CHECK_FALSE(use::prove(candidate, {model}).holds());
    CHECK(use::prove(candidate, {model}).against.empty());
    model.digest = candidate.inventory.models.front().image.digest;
    CHECK(use::prove(candidate, {model}).holds());
}

TEST_CASE("what the server tells of is looked at first") {
    World world;
    world.server.set_models_directory("/usr/share/ollama/.ollama/models");
    MemoryDisk& disk = world.disk("/usr/share/ollama/.ollama/models");
    test::install(world.server, disk, "mistral", "{}", {"weights"});
    test::install(world.disk(), "mine", "{}", {"weights"});
    SECTION("and proven") {
        const use::Report report = world.look();
        CHECK(report.standing == Standing::proven);
        CHECK(report.store->place.origin == Origin::shown);
        CHECK(report.dismissed.empty());
    }
    SECTION("and not to be read: it is said by whom it is") {
        world.errors.emplace("/usr/share/ollama/.ollama/models", forbidden("/usr/share/ollama/.ollama/models"));
        const use::Report report = world.look();
        CHECK(report.standing == Standing::unreadable);
        REQUIRE(report.unreadable);
        CHECK(report.unreadable->path == "/usr/share/ollama/.ollama/models");
        CHECK(report.user == "root");
    }
    SECTION("and not there") {
        world.disks.erase("/usr/share/ollama/.ollama/models");
        const use::Report report = world.look();
        CHECK(report.standing == Standing::elsewhere);
        CHECK(report.shown == "/usr/share/ollama/.ollama/models");
        CHECK(report.dismissed.size() == 2);
    }
    CHECK(world.shows() == 1);
}

TEST_CASE("a directory whose manifests cannot be listed is not readable") {
    World world;
    test::install(world.server, world.disk(), "mistral", "{}", {"weights"});
    world.disk().fail(MemoryDisk::Call::list, "manifests", forbidden("manifests"));
    world.server.set_models_directory(home);
    CHECK(world.look().standing == Standing::unreadable);
    world.server.set_models_directory("/root/.ollama/models"); // of another machine, or in a container
    CHECK(world.look().standing == Standing::elsewhere);
}

TEST_CASE("a named directory stands alone, and is used unproven") {
    World world;
    test::install(world.server, world.disk("/named"), "mistral", "{}", {"weights"});
    world.places = {{"/named", Origin::named}};
    SECTION("proven") {
        CHECK(world.look().standing == Standing::proven);
    }
    SECTION("unproven, with the reason") {
        world.disk("/named").touch(test::path_of_model("mistral"));
        const use::Report report = world.look();
        CHECK(report.standing == Standing::named);
        REQUIRE(report.store);
        CHECK_FALSE(report.store->proven);
        CHECK(report.store->doubt == "mistral:latest was written there at another time than the server says");
    }
    SECTION("that is none") {
        world.places = {{"/none", Origin::named}};
        CHECK_THROWS_AS(world.look(), Error);
    }
    SECTION("that is no models directory") {
        world.disk("/other").put("file", "");
        world.places = {{"/other", Origin::named}};
        CHECK_THROWS_AS(world.look(), Error);
    }
    CHECK(world.shows() == 0);
}

TEST_CASE("a model that came between the list and the look is no contradiction") {
    World world;
    test::install(world.server, world.disk(), "mistral", "{}", {"weights"});
    const auto before = world.server.installed({});
    test::install(world.server, world.disk(), "new", "{}", {"others"});
    const auto open = [&](const std::filesystem::path&) -> std::unique_ptr<store::Disk> {
        return std::make_unique<test::BorrowedDisk>(world.disk());
    };
    const auto owner = [](const std::filesystem::path&) { return std::optional<std::uint32_t>(); };
    const use::Report report = use::examine(use::gather({world.places}, before, {world.server, open, owner}, {}));
    CHECK(report.standing == Standing::proven);
    CHECK(report.installed.size() == 2);
}

TEST_CASE("a stop ends the search") {
    World world;
    test::install(world.server, world.disk(), "mistral", "{}", {"weights"});
    std::stop_source stop;
    stop.request_stop();
    const auto open = [&](const std::filesystem::path&) -> std::unique_ptr<store::Disk> {
        return std::make_unique<test::BorrowedDisk>(world.disk());
    };
    const auto owner = [](const std::filesystem::path&) { return std::optional<std::uint32_t>(); };
    const use::Ports ports{world.server, open, owner};
    CHECK_THROWS_AS(use::gather({world.places}, world.server.installed({}), ports, stop.get_token()), Interrupted);
}

TEST_CASE("a copy with all its times is not taken for the original that the server tells of") {
    World world;
    world.server.set_models_directory("/original");
    MemoryDisk& original = world.disk("/original");
    test::install(world.server, original, "mistral", "{}", {"weights"});
    test::install(world.disk(), "mistral", "{}", {"weights"});
    world.disk().set_time(test::path_of_model("mistral"),
                          original.stat(test::path_of_model("mistral"))->identity.modified);
    CHECK(world.look().store->place.path == "/original");
    world.server.set_models_directory("/nowhere");
    CHECK(world.look().store->place.path == home);
}
