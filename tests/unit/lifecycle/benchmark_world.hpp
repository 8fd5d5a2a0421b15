#pragma once

#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/hand_clock.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/benchmark.hpp"

#include <cmath>

namespace codemate::test::benchmarks {

using namespace lifecycle::benchmark;

struct World {
    FakeServer server;
    HandClock clock;
    manifest::Manifest manifest = manifest_of(
        R"({"schema": 1, "roles": {"primary": "chat"}, "models": {"chat": {"promise": {"decode_tps": 90, "ttft_ms": 60}}}})");
    Options options{.server = "http://server:1"};
    Ports ports{server, clock};

    World() {
        auto model = FakeServer::model({FakeServer::layer("weights", ByteCount(4'000'000'000))});
        model.context_length = 8192;
        server.install("chat", model);
        server.set_now(clock.now());
        server.keep_time(clock, [this](Duration span) { clock.advance(span); });
        ports.wait = [this](Duration span, const Stop&) { clock.advance(span); };
    }

    Plan plan_now() { return plan(gather(options, manifest, ports, {}), options); }
    Item measured() {
        const Report report = execute(plan_now(), options, ports, {});
        REQUIRE(report.items.size() == 1);
        return report.items.front();
    }
};

inline bool near(double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::abs(b);
}

} // namespace codemate::test::benchmarks
