#include "lifecycle/doctor/proxy.hpp"
#include "lifecycle/doctor/settings.hpp"
#include "support/catch.hpp"
#include "unit/lifecycle/doctor_world.hpp"

#include "codemate/base/deadline.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::doctor;
using namespace std::chrono_literals;
using test::DoctorWorld;
using use::Level;
using Whose = use::Setting::Whose;

namespace {

std::string line(const use::Setting& setting) {
    const char* whose[] = {"server", "program", "readers", "anyone"};
    return setting.name + "=" + setting.value.value_or("?") + " @" + setting.place + " " +
           whose[static_cast<std::size_t>(setting.whose)];
}

std::vector<std::string> lines(const std::vector<use::Setting>& settings) {
    std::vector<std::string> all;
    std::ranges::transform(settings, std::back_inserter(all), line);
    return all;
}

const use::Finding& of(const use::Report& report, std::string_view check) {
    return *std::ranges::find(report.findings, check, &use::Finding::check);
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("variables in a compose file") {
    const char* text = R"(# a comment: OLLAMA_HOST=1
x-common:
  OLLAMA_DEBUG: "1"
services:
  web:
    environment:
      - OLLAMA_BASE_URL=http://llm:11434   # of the web interface
    image: "ghcr.io/open-webui/open-webui:main"
  llm:
    image: ollama/ollama:0.32.15
    environment:
      OLLAMA_KEEP_ALIVE: 24h
      OLLAMA_NUM_PARALLEL: "4"
      OLLAMA_MAX_QUEUE: ${OLLAMA_MAX_QUEUE:-64}
      OLLAMA_HOST: ${HOST}:11434
      # OLLAMA_NOPRUNE: no
      "OLLAMA_DEBUG": 'on'
    command: run OLLAMA_NOPRUNE
  built:
    build: .
    environment: 
      - "OLLAMA_NUM_THREAD=8"
volumes:
  OLLAMA_MODELS:
)";
    CHECK(lines(use::settings_of_compose(text, "compose.yml")) ==
          Lines{"OLLAMA_DEBUG=1 @compose.yml:3 anyone", "OLLAMA_BASE_URL=http://llm:11434 @compose.yml:7 program",
                "OLLAMA_KEEP_ALIVE=24h @compose.yml:12 server", "OLLAMA_NUM_PARALLEL=4 @compose.yml:13 server",
                "OLLAMA_MAX_QUEUE=64 @compose.yml:14 server", "OLLAMA_HOST=? @compose.yml:15 server",
                "OLLAMA_DEBUG=on @compose.yml:17 server", "OLLAMA_NUM_THREAD=8 @compose.yml:22 anyone",
                "OLLAMA_MODELS= @compose.yml:24 anyone"});
    CHECK(use::settings_of_compose("", "x").empty());
    CHECK(use::settings_of_compose("\t: [ } OLLAMA_ \n\"OLLAMA_X", "x").empty());
}

TEST_CASE("variables in .env and in units") {
    CHECK(lines(use::settings_of_dotenv(
              "OLLAMA_HOST=0.0.0.0 # all\nexport OLLAMA_DEBUG='1'\n#OLLAMA_X=1\nX=OLLAMA_Y=2\n"
              "OLLAMA_NOPRUNE = no\r\n",
              ".env")) == Lines{"OLLAMA_HOST=0.0.0.0 @.env:1 readers", "OLLAMA_DEBUG=1 @.env:2 readers",
                                "OLLAMA_NOPRUNE=no @.env:5 readers"});
    CHECK(lines(use::settings_of_unit("[Service]\nEnvironment=\"OLLAMA_HOST=0.0.0.0\" 'OLLAMA_MODELS=/a b' PATH=/x\n"
                                      "# Environment=OLLAMA_DEBUG=1\nEnvironmentFile=/etc/OLLAMA_X\n"
                                      "Environment = OLLAMA_NOPRUNE=1\n",
                                      "u")) ==
          Lines{"OLLAMA_HOST=0.0.0.0 @u:2 server", "OLLAMA_MODELS=/a b @u:2 server", "OLLAMA_NOPRUNE=1 @u:5 server"});
}

TEST_CASE("by which proxy a request goes") {
    const auto variable = [](const use::Environment& environment, const char* url) {
        const auto proxy = use::proxy_towards(environment, http::Url::parse(url));
        return proxy ? proxy->variable : "";
    };
    const use::Environment both{{"http_proxy", "http://p"}, {"HTTPS_PROXY", "http://q"}, {"NO_PROXY", ".lan, a.b:80"}};
    CHECK(variable(both, "http://far.example") == "http_proxy");
    CHECK(variable(both, "https://far.example") == "HTTPS_PROXY");
    CHECK(variable(both, "http://gpu.lan") == "");
    CHECK(variable(both, "http://a.b") == "");
    CHECK(variable(both, "http://xa.b") == "http_proxy");
    CHECK(variable(both, "http://127.0.0.1:11434") == "");
    CHECK(variable({{"HTTP_PROXY", "http://p"}}, "http://far.example") == ""); // as libcurl has it
    CHECK(variable({{"ALL_PROXY", "socks5://p"}}, "http://far.example") == "ALL_PROXY");
    CHECK(variable({{"http_proxy", "http://p"}, {"no_proxy", "*"}}, "http://far.example") == "");
    const auto shown = use::proxy_towards({{"http_proxy", "http://me:secret@p"}}, http::Url::parse("http://x.y"));
    CHECK(shown->shown.find("secret") == std::string::npos);
    CHECK(use::proxy_to_loopback({{"HTTP_PROXY", "http://p"}})->variable == "HTTP_PROXY");
    CHECK_FALSE(use::proxy_to_loopback({{"HTTP_PROXY", "http://p"}, {"NO_PROXY", "localhost"}}));
}

TEST_CASE("a check that throws is a line of its own, and the others go on") {
    const std::array checks{
        use::Check{"first", [](const use::Facts&) -> use::Findings { throw Error(Kind::storage, "no luck"); }},
        use::Check{"second", [](const use::Facts&) -> use::Findings { throw std::runtime_error("worse"); }},
        use::Check{"third",
                   [](const use::Facts&) {
                       return use::Findings{{Level::ok, "", "fine"}};
                   }},
    };
    const use::Report report = use::examine({}, checks);
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].level == Level::skipped);
    CHECK(report.findings[0].found == "could not be checked: no luck");
    CHECK(report.findings[1].found == "could not be checked: worse");
    CHECK(report.findings[2].id() == "third");
}

TEST_CASE("every check says something of facts that say nothing") {
    const use::Report report = use::examine({});
    std::vector<std::string> told;
    for (const use::Finding& finding : report.findings) {
        CAPTURE(finding.id(), finding.found);
        CHECK_FALSE(finding.found.empty());
        CHECK(finding.level == Level::skipped);
        told.push_back(finding.check);
    }
    for (const use::Check& check : use::checks())
        CHECK(std::ranges::count(told, check.id) == 1);
}

TEST_CASE("what a look throws is said by its check alone") {
    DoctorWorld world;
    use::Ports ports = world.ports();
    ports.machine = [](const Stop&) -> use::Machine { throw Error(Kind::failed, "no /proc"); };
    ports.references = [](auto&&...) -> std::vector<use::Reference> { throw std::bad_alloc(); };
    const use::Report report = use::examine(use::gather(world.options, ports, {}));
    CHECK(of(report, "memory").found == "could not be checked: no /proc");
    CHECK(of(report, "references").level == Level::skipped);
    CHECK(report.count(Level::problem) == 0);
    CHECK(report.count(Level::skipped) == 2);
}

TEST_CASE("a store that holds no vectors yet is not said to hold the model's") {
    DoctorWorld world;
    SECTION("no collection") {
        world.chroma.collections.clear();
    }
    SECTION("no dimension") {
        world.chroma.collections.front().dimension.reset();
    }
    const use::Report report = world.look();
    CHECK(of(report, "embeddings").level == Level::ok);
    CHECK(of(report, "embeddings").found.find("the store holds no vectors yet") != std::string::npos);
}

TEST_CASE("a look that hangs ends with its time") {
    DoctorWorld world;
    use::Ports ports = world.ports();
    ports.look = 20ms;
    ports.references = [](const auto&, const auto&, const auto*, const Stop& stop) -> std::vector<use::Reference> {
        pause(1h, stop);
        return {};
    };
    const use::Report report = use::examine(use::gather(world.options, ports, {}));
    CHECK(of(report, "references").found == "could not be checked: it took longer than 20ms");
    CHECK(report.count(Level::problem) == 0);
}

TEST_CASE("the user's stop ends it all") {
    DoctorWorld world;
    std::stop_source source;
    use::Ports ports = world.ports();
    ports.machine = [&](const Stop& stop) -> use::Machine {
        source.request_stop();
        pause(1h, stop);
        return {};
    };
    CHECK_THROWS_AS(use::gather(world.options, ports, {source.get_token(), {}}), Interrupted);
}

TEST_CASE("nothing is changed and nothing loaded") {
    DoctorWorld world;
    world.look();
    using What = test::FakeServer::Call::What;
    for (const test::FakeServer::Call& call : world.server.calls()) {
        CAPTURE(call.name);
        CHECK((call.what == What::installed || call.what == What::running || call.what == What::show ||
               call.what == What::version));
    }
    using Call = test::MemoryDisk::Call;
    CHECK(world.disk.count(Call::write) + world.disk.count(Call::move) + world.disk.count(Call::remove) == 0);
}

TEST_CASE("a server that answers for its version and nothing else") {
    DoctorWorld world;
    using What = test::FakeServer::Call::What;
    world.server.fail(What::installed, Error(Kind::unreachable, "did not answer"), 0, 9);
    world.server.fail(What::running, Error(Kind::unreachable, "did not answer"), 0, 9);
    world.store.standing = use::Store::Standing::unprovable;
    const use::Report report = world.look();
    CHECK(DoctorWorld::ids(report, Level::problem) == DoctorWorld::Ids{"list.fails"});
    CHECK(of(report, "gpu").found == "could not be checked: did not answer");
}

TEST_CASE("completions are found where shells look") {
    struct Row {
        const char* shell;
        const char* file;
        const char* text;
        const char* id;
    };
    const Row row = GENERATE(
        Row{"/bin/bash", "/home/me/.local/share/bash-completion/completions/codemate", "x", "completion"},
        Row{"/bin/bash", "/home/me/.local/share/bash-completion/completions/codemate", "\n", "completion.missing"},
        Row{"/bin/bash", "/home/me/.bashrc", "  source <(codemate completion bash) # Tab", "completion"},
        Row{"/bin/bash", "/home/me/.bash_completion", "eval \"$(codemate completion bash)\"", "completion"},
        Row{"/bin/bash", "/home/me/.bashrc", "alias ls=ls", "completion.missing"},
        Row{"/bin/bash", "/home/me/.bashrc", "# source <(codemate completion bash)", "completion.missing"},
        Row{"/bin/bash", "/home/me/.bashrc", "ls # codemate completion", "completion.missing"},
        Row{"/usr/bin/zsh", "/home/me/.zshrc", "source <(codemate completion zsh)", "completion"},
        Row{"/usr/bin/zsh", "/usr/share/zsh/vendor-completions/_codemate", "x", "completion"},
        Row{"/usr/bin/zsh", "/usr/share/zsh/vendor-completions/_codemate", "", "completion.missing"},
        Row{"/usr/bin/zsh", "/home/me/.bashrc", "source <(codemate completion bash)", "completion.missing"},
        Row{"/usr/bin/fish", "/home/me/.config/fish/completions/codemate.fish", "x", "completion"},
        Row{"/usr/bin/fish", "/x", "", "completion.missing"}, Row{"/bin/dash", "/x", "", "completion"});
    CAPTURE(row.shell, row.file);
    DoctorWorld world;
    world.options.environment["SHELL"] = row.shell;
    world.files = {{row.file, row.text}, {"/usr/share/bash-completion/bash_completion", "x"}};
    CHECK(of(world.look(), "completion").id() == row.id);
    world.options.in_ci = true;
    CHECK(of(world.look(), "completion").level == Level::skipped);
}

TEST_CASE("what references are looked for with") {
    DoctorWorld world;
    world.look();
    CHECK(world.asked_by == 2U);
    world.server.fail(test::FakeServer::Call::What::installed, Error(Kind::unreachable, "did not answer"), 0, 9);
    world.look();
    CHECK_FALSE(world.asked_by);
}
