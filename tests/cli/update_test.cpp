#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/json/read.hpp"

#include <filesystem>

using namespace codemate;
using test::World;

namespace {

constexpr const char* old_id = "e5fe97df5608";
constexpr const char* new_id = "879d90ab9d56";

// mistral is installed and locked; its tag has moved since.
struct Moved : World {
    Moved() {
        set("CODEMATE_REGISTRY", sandbox.url());
        sandbox.pull("mistral:latest");
        test::write_project(*this, "mistral");
        sandbox.set_fault("moving-tag=mistral:latest");
    }

    std::string installed(const std::string& name = "mistral:latest") const {
        const json::Value document = json::read(codemate({"list", "--json"}).out, "list").root;
        for (const json::Value& model : document.find("models")->elements())
            if (*model.find("name")->string() == name) return model.find("digest")->string()->substr(7, 12);
        return "";
    }
    // Of all models on the server, codemate's own ones too.
    std::string names() const {
        std::string names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(sandbox.store() / "manifests"))
            if (entry.is_regular_file())
                names += entry.path().parent_path().filename().string() + ":" + entry.path().filename().string() + "\n";
        return names;
    }
    bool has_own_names() const { return names().find(".codemate-") != std::string::npos; }
    std::string lock() const { return test::read_text(directory().path() / "codemate.lock"); }
};

} // namespace

TEST_CASE("update off a terminal shows its plan and wants consent; --dry-run is the plan alone") {
    const Moved world;
    const auto refused = world.codemate({"update"});
    CHECK(refused.status() == 7);
    CHECK(test::golden_difference("update.plan.txt", refused.out) == "");
    const auto dry = world.codemate({"update", "--dry-run"});
    CHECK(dry.status() == 0);
    CHECK(dry.out == refused.out);
    const auto as_json = world.codemate({"update", "--dry-run", "--json"});
    const json::Value document = test::checked_document(as_json.out, "update");
    CHECK(*document.find("models")->elements()[0].find("do")->string() == "replace");
    CHECK(world.installed() == old_id);
}

TEST_CASE("update and rollback, as a user does them") {
    const Moved world;
    const auto updated = world.codemate({"update", "--yes", "--validate",
                                         "test \"$CODEMATE_PRODUCTION_MODEL\" = mistral:latest && "
                                         "echo \"tested $CODEMATE_MODEL\""});
    INFO(updated.err);
    CHECK(updated.status() == 0);
    CHECK(updated.out.find("updated") != std::string::npos);
    CHECK(world.installed() == new_id);
    CHECK(world.lock().find(new_id) != std::string::npos);
    CHECK(world.codemate({"verify"}).status() == 0);
    CHECK(world.names().find("candidate") == std::string::npos);
    const auto back = world.codemate({"rollback", "mistral", "--yes", "--json"});
    CHECK(back.status() == 0);
    const json::Value document = test::checked_document(back.out, "rollback");
    CHECK(*document.find("models")->elements()[0].find("outcome")->string() == "rolled_back");
    CHECK(world.installed() == old_id);
    CHECK(world.lock().find(old_id) != std::string::npos);
    CHECK(world.codemate({"verify"}).status() == 0);
}

TEST_CASE("a failing test of the project's own is told with its output, and nothing is changed") {
    const Moved world;
    const std::string lock = world.lock();
    const auto failed = world.codemate({"update", "--yes", "--validate", "echo '2 failed, 7 passed'; exit 1"});
    CHECK(failed.status() == 3);
    CHECK(failed.out.find("2 failed, 7 passed") != std::string::npos);
    CHECK(failed.err.find("what was installed before still is") != std::string::npos);
    const auto as_json = world.codemate(
        {"update", "--yes", "--json", "--validate", "printf '\\377'; sleep 60", "--trial-timeout", "2s"});
    CHECK(as_json.status() == 3);
    test::checked_document(as_json.out, "update");
    CHECK(world.installed() == old_id);
    CHECK(world.lock() == lock);
    CHECK_FALSE(world.has_own_names());
}

TEST_CASE("an answer that does not match, and a regular expression that is none") {
    const Moved world;
    CHECK(world.codemate({"update", "--yes", "--expect", "no such words"}).status() == 3);
    CHECK(world.installed() == old_id);
    CHECK(world.codemate({"update", "--yes", "--expect", "("}).status() == 2);
    CHECK(world.codemate({"rollback"}).status() == 2);
    CHECK(world.codemate({"rollback", "mistral", "--yes"}).status() == 5); // nothing was ever replaced
}

TEST_CASE("killed in the middle of its trial: the next run says so, and nothing is left") {
    const Moved world;
    const auto killed = world.codemate({"update", "--yes", "--validate", "kill -9 $PPID"});
    CHECK(killed.status() != 0);
    CHECK(world.names().find(".codemate-candidate-") != std::string::npos);
    CHECK(world.installed() == old_id);
    const auto next = world.codemate({"update", "--yes", "--expect", "no such words"});
    CHECK(next.err.find("an earlier run left something undone") != std::string::npos);
    CHECK(world.installed() == old_id);
    CHECK_FALSE(world.has_own_names());
    CHECK(world.codemate({"update", "--yes"}).status() == 0);
    CHECK(world.installed() == new_id);
}
