#include "lifecycle/prune/judgement.hpp"
#include "support/catch.hpp"
#include "unit/lifecycle/prune_world.hpp"

#include "codemate/rules/own_names.hpp"

#include <random>
#include <set>

// The laws of prune over random worlds: no plan contains what a rule keeps, what is announced is what comes free, a
// second run does nothing, and what the project requires is still there.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::prune;
using std::chrono::days;
using Do = use::Step::Do;
using World = test::PruneWorld;
using Words = std::vector<std::string>;

namespace {

const std::vector<std::string> names{"chat",      "mistral",    "mistral:7b",   "mistral-nemo", "coder:7b",
                                     "coder:70b", "someone/m",  "phi",          "PHI:3b",       "phi:3B",
                                     "x:local",   "y:7b-cloud", "hf.co/o/m:Q4", "zephyr"};

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_); }
    bool often() { return below(2) == 0; }
    bool seldom() { return below(5) == 0; }
    std::mt19937& engine() { return engine_; }

private:
    std::mt19937 engine_;
};

manifest::Manifest random_manifest(Dice& dice) {
    const auto name = [&] { return "\"" + names[dice.below(8)] + "\""; };
    std::string text = R"({"schema": 1, "roles": {"primary": )" + name() + "}";
    if (dice.often()) text += R"(, "groups": {"more": [)" + name() + "]}";
    if (dice.often()) text += R"(, "protected": ["mistral"])";
    return test::manifest_of(text + "}");
}

void furnish(World& world, Dice& dice) {
    world.manifests = {random_manifest(dice)};
    if (dice.seldom()) world.manifests.push_back(random_manifest(dice));
    for (const std::string& name : names) {
        if (dice.seldom()) continue;
        std::vector<std::string> layers;
        for (std::size_t i = 0; i <= dice.below(3); ++i) {
            const std::string layer(1 + 3000 * dice.below(6), static_cast<char>('a' + dice.below(4)));
            if (std::ranges::find(layers, layer) == layers.end()) layers.push_back(layer);
        }
        const Duration ago = days(dice.below(60));
        dice.seldom() ? world.install_own(name, layers, ago) : world.install(name, layers, ago);
        if (dice.seldom()) world.server.load(name, 4096);
    }
    for (const auto ago : {days(3), days(20)}) {
        const ModelName of = ModelName::parse(names[dice.below(8)]);
        if (dice.often())
            world.install_own(rules::snapshot_name(of, world.clock.now() - ago, Digest::of("s")).display(), {"old"},
                              ago);
    }
    if (dice.seldom())
        world.elsewhere = {{"http://x", "/b", {ModelName::parse(names[dice.below(8)])}, world.clock.now() - days(1)}};
    if (dice.seldom()) world.disk->put(test::path_of_blob("orphan"), "orphan");
    world.in_reach = !dice.seldom();
}

void choose_options(World& world, Dice& dice) {
    use::Options& options = world.options;
    options.optional_too = dice.seldom();
    if (dice.seldom()) options.older_than = days(dice.below(60));
    if (dice.seldom()) options.to_free = ByteCount(1 + dice.below(60'000));
    if (dice.seldom()) options.keep = {NamePattern::parse(names[dice.below(8)])};
    if (dice.seldom()) options.targets = {"phi*", "*m*"};
    if (dice.seldom()) options.targets.push_back(names[dice.below(8)]);
    options.leftovers = dice.seldom();
    world.clock.set(world.disk->now() + (dice.often() ? 10min : 3h));
}

std::set<std::string> required_and_installed(World& world) {
    std::set<std::string> required;
    const Words installed = world.names();
    for (const manifest::Manifest& manifest : world.manifests) {
        for (const ModelName& name : manifest::required_set(manifest)) {
            if (std::ranges::find(installed, name.display_short()) != installed.end())
                required.insert(name.display_short());
        }
    }
    return required;
}

Words removed_by(const use::Plan& plan) {
    Words removed;
    for (const use::Step& step : plan.steps) {
        if (step.what == Do::remove) removed.push_back(step.model.name.display());
    }
    return removed;
}

} // namespace

TEST_CASE("the laws of prune") {
    const unsigned seed = GENERATE(range(0U, 150U));
    CAPTURE(seed);
    Dice dice(seed);
    World world;
    furnish(world, dice);
    choose_options(world, dice);
    const std::set<std::string> required = required_and_installed(world);

    const use::Facts facts = world.facts();
    const use::Plan plan = use::plan(facts, world.options);
    const rules::Keepers keepers(use::keep_facts(facts, world.options));
    for (const use::Step& step : plan.steps) {
        CAPTURE(step.model.name.display());
        CHECK_FALSE(step.reason.empty());
        if (step.what != Do::remove) continue;
        for (const rules::KeepReason& reason : keepers.reasons(step.model))
            CHECK((reason.why == rules::KeepReason::Why::declared && world.options.optional_too));
    }

    // The order in which things are found does not matter.
    use::Facts shuffled = facts;
    std::ranges::shuffle(shuffled.installed, dice.engine());
    CHECK(removed_by(use::plan(shuffled, world.options)) == removed_by(plan));

    const ByteCount before = store::usage(world.inventory()).sum();
    const use::Report report = world.execute(plan);
    CHECK(report.count(use::Item::Outcome::removed) == plan.count(Do::remove));
    const ByteCount freed = before - store::usage(world.inventory()).sum();
    if (plan.measure == rules::Measure::blocks) {
        CHECK(freed == plan.frees_in_all());
        if (plan.removes_anything()) CHECK(report.freed == freed);
    }
    // The lengths of layers do not exceed their blocks, and what is shared is in the sizes that a server lists.
    if (plan.measure == rules::Measure::layers) CHECK(freed >= plan.frees);

    // What is required and was there is there.
    CHECK(required_and_installed(world) == required);
    for (const store::Entry& entry : world.inventory().models)
        CHECK(entry.flaws.empty());
    // A second run has nothing to do. (To free so much once more is another wish, and a name is gone only once.)
    if (world.options.to_free) return;
    const use::Plan again = world.plan();
    CHECK(again.count(Do::remove) == 0);
    CHECK(again.leftovers.going.empty());
}
