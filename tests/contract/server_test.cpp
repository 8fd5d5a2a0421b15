#include "contract/worlds.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ollama/vectors.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

// What every ollama::Server keeps to, whoever stands behind it.

using namespace codemate;
using namespace codemate::ollama;
using codemate::test::World;
using Stage = PullEvent::Stage;

namespace {

ModelName own(std::string_view model) {
    return {"registry.ollama.ai", "codemate-contract", std::string(model), "latest"};
}

std::unique_ptr<World> new_world() {
    const auto kind = GENERATE(from_range(test::worlds()));
    UNSCOPED_INFO("on " << kind);
    return test::make_world(kind);
}

Flow go_on(const PullEvent&) {
    return Flow::go_on;
}

// A real server that has just lost its client refuses the same blob for a moment ("context canceled").
PullEnd pull(World& world, const ModelName& name, const std::function<Flow(const PullEvent&)>& sink = go_on) {
    for (int attempt = 1;; ++attempt) {
        try {
            return world.server().pull(name, Transport::plain_http, sink, {});
        } catch (const Error& error) {
            if (attempt == 100 || error.message().find("context canceled") == std::string::npos) throw;
        }
    }
}

std::vector<PullEvent> events_of_pull(World& world, const ModelName& name) {
    std::vector<PullEvent> events;
    const auto keep = [&](const PullEvent& event) {
        if (event.stage != Stage::silence) events.push_back(event);
        return Flow::go_on;
    };
    CHECK(pull(world, name, keep) == PullEnd::success);
    return events;
}

std::optional<Installed> listed(World& world, const ModelName& name) {
    const auto list = world.server().installed({});
    const auto found = std::ranges::find(list, name, &Installed::name);
    return found == list.end() ? std::nullopt : std::optional(*found);
}

Kind kind_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        UNSCOPED_INFO(error.message());
        return error.kind();
    }
    return Kind::defect;
}

} // namespace

TEST_CASE("a server has a version") {
    const auto world = new_world();
    const std::string version = world->server().version({});
    CHECK(version.find('.') != std::string::npos);
    CHECK(std::isdigit(static_cast<unsigned char>(version.front())));
}

TEST_CASE("a pulled model is listed with the registry's digest and size") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    CHECK_FALSE(listed(*world, name));
    const auto events = events_of_pull(*world, name);
    const auto model = listed(*world, name);
    REQUIRE(model);
    CHECK(model->digest == world->image("first").digest);
    CHECK(model->size == world->image("first").size);
    CHECK_FALSE(model->cloud());
    CHECK(model->format == "gguf");

    REQUIRE(events.size() >= 4);
    CHECK(events.front().stage == Stage::resolving);
    CHECK(events.back().status == "success");
    CHECK(std::ranges::is_sorted(events, {}, &PullEvent::stage)); // resolving, layer, verifying, writing, …
    CHECK(std::ranges::count(events, Stage::verifying, &PullEvent::stage) == 1);
    CHECK(std::ranges::count(events, Stage::writing, &PullEvent::stage) == 1);
    for (const auto& event : events) {
        if (event.stage != Stage::layer) continue;
        CHECK(event.layer);
        CHECK(event.layer_name == event.layer->text());
        CHECK(event.status == "pulling " + event.layer->id());
        CHECK(event.completed <= event.total);
    }
}

TEST_CASE("a pull of what is there fetches nothing") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    const auto before = listed(*world, name);
    const auto events = events_of_pull(*world, name);
    std::size_t layers = 0;
    for (const auto& event : events) {
        if (event.stage != Stage::layer) continue;
        ++layers;
        CHECK(event.completed == event.total);
    }
    CHECK(layers >= 2);
    CHECK(listed(*world, name)->digest == before->digest);
}

TEST_CASE("an installed model is shown, by any spelling of its name") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    world->server().copy(world->name("first"), own("Copy"), {});
    for (const ModelName& name : {world->name("first"), own("Copy"), own("copy")}) {
        const Shown shown = world->server().show(name, {});
        CHECK(shown.format == "gguf");
        CHECK_FALSE(shown.family.empty());
        CHECK(shown.context_length > 0);
        CHECK(shown.embedding_length == 64);
        CHECK(shown.attention == Attention{.blocks = 2, .heads = 4, .kv_heads = 4});
        CHECK(shown.capabilities == std::vector<std::string>{"completion"});
        CHECK(shown.weights_file.find("/blobs/sha256-") != std::string::npos);
    }
    CHECK(kind_of([&] { world->server().show(own("none"), {}); }) == Kind::not_found);
    CHECK(kind_of([&] { world->server().show(own("copy").with_tag("local"), {}); }) == Kind::refused);
}

TEST_CASE("a server says which blobs it has") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    CHECK(world->server().has_blob(world->blob("first"), {}));
    CHECK_FALSE(world->server().has_blob(Digest::of("none has this"), {}));
    world->server().remove(world->name("first"), {});
    CHECK_FALSE(world->server().has_blob(world->blob("first"), {}));
}

TEST_CASE("what is loaded runs, with its digest and context") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const auto found = [&]() -> std::optional<Running> {
        const auto list = world->server().running({});
        const auto at = std::ranges::find(list, name, &Running::name);
        return at == list.end() ? std::nullopt : std::optional(*at);
    };
    pull(*world, name);
    CHECK_FALSE(found());
    world->load(name);
    const auto running = found();
    REQUIRE(running);
    CHECK(running->digest == world->image("first").digest);
    CHECK(running->context_length > 0);
    CHECK(running->size > ByteCount());
    CHECK(running->size_vram <= running->size);
    CHECK(running->expires.has_value());
}

namespace {

struct Heard {
    Generated figures;
    std::size_t texts = 0;
};

Heard generate(World& world, const Prompt& prompt) {
    Heard heard;
    const auto take = [&](const Chunk& chunk) {
        if (!chunk.text.empty() || !chunk.thinking.empty()) ++heard.texts;
        return Flow::go_on;
    };
    heard.figures = world.server().generate(prompt, take, {});
    return heard;
}

std::optional<Running> entry_of(World& world, const ModelName& name) {
    const auto list = world.server().running({});
    const auto at = std::ranges::find(list, name, &Running::name);
    return at == list.end() ? std::nullopt : std::optional(*at);
}

// A tiny model may end its answer without a final object, which is no mistake of the server's: another seed may not.
Heard complete_answer(World& world, Prompt prompt) {
    for (prompt.seed = 1;; ++prompt.seed) {
        prompt.text = std::to_string(prompt.seed) + prompt.text;
        const Heard heard = generate(world, prompt);
        if (heard.figures.end == Generated::End::complete || prompt.seed == 20) return heard;
    }
}

} // namespace

TEST_CASE("an answer has its text, and figures at its end") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    const Heard heard = complete_answer(
        *world, {.model = name, .text = " code mate model", .load = {.num_ctx = 512}, .num_predict = 8});
    CHECK(heard.texts > 0);
    CHECK(heard.figures.end == Generated::End::complete);
    CHECK((heard.figures.done_reason == "length" || heard.figures.done_reason == "stop"));
    REQUIRE(heard.figures.tokens);
    CHECK(*heard.figures.tokens <= 8);
    REQUIRE(heard.figures.prompt_tokens);
    CHECK(*heard.figures.prompt_tokens > 1);
    REQUIRE((heard.figures.total && heard.figures.load && heard.figures.prompt_eval && heard.figures.eval));
    CHECK(*heard.figures.total >= *heard.figures.load);
    CHECK(*heard.figures.load > Duration{0});
    const auto running = entry_of(*world, name);
    REQUIRE(running);
    CHECK(running->context_length == 512);
}

TEST_CASE("a text becomes a vector, with figures; none only loads the model") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    // A context of its own: with that of another case the same weights would stay loaded under that one's name.
    CHECK(world->server().embed({.model = name, .text = "", .load = {.num_ctx = 320}}, {}).vectors == 0);
    REQUIRE(entry_of(*world, name));
    const Embedded one = world->server().embed({.model = name, .text = "code mate", .load = {.num_ctx = 320}}, {});
    CHECK(one.vectors == 1);
    CHECK(one.dimensions > 1);
    CHECK(one.numbers.size() == one.dimensions);
    REQUIRE((one.total && one.load && one.tokens));
    CHECK(*one.total > *one.load);
    CHECK(*one.tokens > 1);
    const auto running = entry_of(*world, name);
    REQUIRE(running);
    CHECK(running->context_length == 320);
}

TEST_CASE("a text has one vector with a model, and other texts have others") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    const std::vector<std::string_view> texts{"code mate", "model", "code mate"};
    const auto vectors = vectors_of(world->server(), name, texts, {.num_ctx = 320}, {});
    REQUIRE(vectors.size() == 3);
    CHECK(vectors[0].size() == 64); // as the model's header says
    double difference = 0, distance = 0, square = 0;
    for (std::size_t i = 0; i < vectors[0].size(); ++i) {
        const double number = static_cast<double>(vectors[0][i]);
        square += number * number;
        difference = std::max(difference, std::abs(number - static_cast<double>(vectors[2][i])));
        distance = std::max(distance, std::abs(number - static_cast<double>(vectors[1][i])));
    }
    CHECK(std::abs(square - 1) < 1e-3); // of length 1
    CHECK(difference < 1e-5);
    CHECK(distance > 1e-3);
}

TEST_CASE("an answer that is dropped ends") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    const auto drop = [](const Chunk&) { return Flow::drop; };
    CHECK(world->server().generate({.model = name, .text = "code"}, drop, {}).end == Generated::End::dropped);
}

TEST_CASE("a model is loaded with a context, for a time, and unloaded") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    pull(*world, name);
    world->server().load(name, {.num_ctx = 256, .keep_alive = KeepAlive{std::chrono::minutes(20)}}, {});
    auto running = entry_of(*world, name);
    REQUIRE(running);
    CHECK(running->context_length == 256);
    REQUIRE(running->expires);
    const Time minutes_later = *running->expires;
    world->server().load(name, {.num_ctx = 256, .keep_alive = KeepAlive{std::chrono::hours(20)}}, {});
    running = entry_of(*world, name);
    REQUIRE(running);
    CHECK((!running->expires || *running->expires > minutes_later + std::chrono::hours(1)));
    world->server().unload(name, {});
    for (int tries = 0; entry_of(*world, name) && tries < 1000; ++tries) // a real server takes a moment
        std::this_thread::yield();
    CHECK_FALSE(entry_of(*world, name));
    world->server().unload(name, {}); // once more does no harm
}

TEST_CASE("what is not there gives no answer") {
    const auto world = new_world();
    const auto ignore = [](const Chunk&) { return Flow::go_on; };
    CHECK(kind_of([&] { world->server().generate({.model = own("none"), .text = "x"}, ignore, {}); }) ==
          Kind::not_found);
    CHECK(kind_of([&] { world->server().embed({.model = own("none"), .text = "x"}, {}); }) == Kind::not_found);
    CHECK(kind_of([&] { world->server().load(own("none"), {}, {}); }) == Kind::not_found);
    CHECK(kind_of([&] { world->server().unload(own("none"), {}); }) == Kind::not_found);
    const ModelName misread = own("copy").with_tag("local");
    CHECK(kind_of([&] { world->server().generate({.model = misread, .text = "x"}, ignore, {}); }) == Kind::refused);
    CHECK(kind_of([&] { world->server().embed({.model = misread, .text = "x"}, {}); }) == Kind::refused);
    CHECK(kind_of([&] { world->server().load(misread, {}, {}); }) == Kind::refused);
    CHECK(kind_of([&] { world->server().unload(misread, {}); }) == Kind::refused);
}

TEST_CASE("the list is in the order of names") {
    const auto world = new_world();
    pull(*world, world->name("second"));
    pull(*world, world->name("first"));
    world->server().copy(world->name("first"), own("z"), {});
    world->server().copy(world->name("first"), own("a"), {});
    const auto list = world->server().installed({});
    CHECK(list.size() >= 4);
    CHECK(std::ranges::is_sorted(list, {}, &Installed::name));
}

TEST_CASE("what a registry does not have is not found") {
    const auto world = new_world();
    std::vector<Stage> stages;
    const auto keep = [&](const PullEvent& event) {
        if (event.stage != Stage::silence) stages.push_back(event.stage);
        return Flow::go_on;
    };
    CHECK(kind_of([&] { pull(*world, world->name("none"), keep); }) == Kind::not_found);
    CHECK(stages == std::vector{Stage::resolving});
    CHECK_FALSE(listed(*world, world->name("none")));
    CHECK(kind_of([&] { pull(*world, world->name("first").with_tag("none")); }) == Kind::not_found);
}

TEST_CASE("a registry that nobody answers for is unreachable") {
    const auto world = new_world();
    CHECK(kind_of([&] { pull(*world, world->unreachable()); }) == Kind::unreachable);
}

TEST_CASE("a copy is the same model under another name") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    world->server().copy(world->name("first"), own("copy"), {});
    REQUIRE(listed(*world, own("copy")));
    CHECK(listed(*world, own("copy"))->digest == listed(*world, world->name("first"))->digest);
    world->server().remove(world->name("first"), {});
    CHECK_FALSE(listed(*world, world->name("first")));
    REQUIRE(listed(*world, own("copy")));
    CHECK(world->orphans().value_or(0) == 0);
}

TEST_CASE("what is not installed cannot be copied or removed") {
    const auto world = new_world();
    CHECK(kind_of([&] { world->server().copy(own("none"), own("copy"), {}); }) == Kind::not_found);
    CHECK(kind_of([&] { world->server().remove(own("none"), {}); }) == Kind::not_found);
    CHECK_FALSE(listed(*world, own("copy")));
}

TEST_CASE("removing frees what no other model has, once") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    pull(*world, world->name("second"));
    world->server().remove(world->name("first"), {});
    CHECK(world->orphans().value_or(0) == 0);
    CHECK(listed(*world, world->name("second")));
    CHECK(kind_of([&] { world->server().remove(world->name("first"), {}); }) == Kind::not_found);
}

TEST_CASE("names are the same whatever their letter case") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    world->server().copy(world->name("first"), own("Copy"), {});
    world->server().copy(world->name("first"), own("copy"), {});
    CHECK(listed(*world, own("Copy")));
    CHECK_FALSE(listed(*world, own("copy"))); // it went over the other
    world->server().remove(own("COPY"), {});
    CHECK_FALSE(listed(*world, own("Copy")));
}

TEST_CASE("a copy over an installed name leaves its blobs behind, copy_over does not") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    pull(*world, world->name("second"));
    world->server().copy(world->name("first"), own("copy"), {});
    world->server().remove(world->name("first"), {});
    const ModelName source = world->name("second");
    SECTION("copy") {
        world->server().copy(source, own("copy"), {});
        CHECK(world->orphans().value_or(1) >= 1);
        pull(*world, world->name("first")); // gives the orphans a name again, so that cleaning up gets them
    }
    SECTION("copy_over") {
        copy_over(world->server(), source, own("copy"), own("spare"), world->server().installed({}), {});
        CHECK(world->orphans().value_or(0) == 0);
        CHECK_FALSE(listed(*world, own("spare")));
    }
    REQUIRE(listed(*world, own("copy")));
    CHECK(listed(*world, own("copy"))->digest == world->image("second").digest);
}

TEST_CASE("a pull that is dropped goes on later where it was") {
    const auto world = new_world();
    const ModelName name = world->name("big");
    world->slow_down();
    ByteCount reached;
    const auto drop_midway = [&](const PullEvent& event) {
        if (event.stage == Stage::layer) reached = std::max(reached, event.completed);
        return reached.count() * 4 > event.total.count() && event.total.count() > 0 ? Flow::drop : Flow::go_on;
    };
    CHECK(pull(*world, name, drop_midway) == PullEnd::dropped);
    CHECK_FALSE(listed(*world, name));
    std::optional<ByteCount> begin;
    const auto note_begin = [&](const PullEvent& event) {
        if (event.stage == Stage::layer && !begin) {
            begin = event.completed;
            world->hurry(); // not before: what comes within 60 ms has no event (0.32.2 and newer)
        }
        return Flow::go_on;
    };
    CHECK(pull(*world, name, note_begin) == PullEnd::success);
    REQUIRE(begin);
    CHECK(reached > ByteCount());
    CHECK(*begin > ByteCount());
    CHECK(listed(*world, name)->digest == world->image("big").digest);
}

TEST_CASE("a stop ends a pull") {
    const auto world = new_world();
    world->slow_down();
    std::stop_source stop;
    const auto stop_midway = [&](const PullEvent& event) {
        if (event.stage == Stage::layer) stop.request_stop();
        return Flow::go_on;
    };
    CHECK_THROWS_AS(world->server().pull(world->name("big"), Transport::plain_http, stop_midway, stop.get_token()),
                    Interrupted);
    CHECK_FALSE(listed(*world, world->name("big")));
    CHECK_THROWS_AS(world->server().version(stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().installed(stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().running(stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().show(own("a"), stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().has_blob(Digest::of("a"), stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().copy(own("a"), own("b"), stop.get_token()), Interrupted);
    CHECK_THROWS_AS(world->server().remove(own("a"), stop.get_token()), Interrupted);
    world->hurry();
    CHECK(pull(*world, world->name("big")) == PullEnd::success); // a real server would keep the half of it
}

TEST_CASE("two pulls at once, of one model and of two") {
    const auto world = new_world();
    const std::string other = GENERATE("first", "second");
    std::vector<std::string> failures(2);
    {
        const auto run = [&](std::size_t which, const std::string& model) {
            try {
                pull(*world, world->name(model));
            } catch (const Error& error) {
                failures[which] = error.message();
            }
        };
        const std::jthread one([&] { run(0, "first"); });
        const std::jthread two([&] { run(1, other); });
    }
    CHECK(failures == std::vector<std::string>(2));
    CHECK(listed(*world, world->name("first")));
    CHECK(listed(*world, world->name(other)));
}

TEST_CASE("what a sink throws comes out of the pull") {
    struct Mine {};
    const auto world = new_world();
    CHECK_THROWS_AS(pull(*world, world->name("first"), [](const PullEvent&) -> Flow { throw Mine{}; }), Mine);
}

TEST_CASE("a name that the server would take for another is refused") {
    const auto world = new_world();
    pull(*world, world->name("first"));
    const ModelName local = own("copy").with_tag("local");
    world->server().copy(world->name("first"), own("copy"), {});
    CHECK(kind_of([&] { world->server().remove(local, {}); }) == Kind::refused);
    CHECK(kind_of([&] { pull(*world, world->name("first").with_tag("local")); }) == Kind::refused);
    CHECK(listed(*world, own("copy")));
}
