// Set-ups that are broken in one way each: doctor names that cause, and no other.
#include "support/catch.hpp"
#include "unit/lifecycle/doctor_world.hpp"

#include "codemate/base/files.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::doctor;
using namespace std::chrono_literals;
using test::DoctorWorld;
using Ids = DoctorWorld::Ids;
using Standing = use::Store::Standing;
using Call = test::FakeServer::Call::What;

namespace {

struct Setup {
    const char* what;
    void (*broken)(DoctorWorld&);
    Ids problems;
    Ids notes = {};
    const char* says = ""; // somewhere in what was found, why, or what to do
};

const char* const blob = "blobs/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

void put_partial(DoctorWorld& world, const std::string& record) {
    const std::string path = std::string(blob) + "-partial";
    world.disk.put(path, std::string(1000, 'x'));
    world.disk.put(path + "-0", record);
}

bool says(const use::Report& report, std::string_view text) {
    return std::ranges::any_of(report.findings, [&](const use::Finding& finding) {
        if (finding.level != use::Level::problem && finding.level != use::Level::note) return false;
        const bool in_advice =
            std::ranges::any_of(finding.advice, [&](const std::string& each) { return each.find(text) != each.npos; });
        return in_advice || finding.found.find(text) != std::string::npos ||
               finding.why.find(text) != std::string::npos;
    });
}

void check_all(const std::vector<Setup>& setups) {
    const std::string page = read_file(CODEMATE_SOURCE_DIR "/docs/doctor.md", ByteCount(100'000));
    for (const Setup& setup : setups) {
        CAPTURE(setup.what);
        DoctorWorld world;
        setup.broken(world);
        const use::Report report = world.look();
        CHECK(DoctorWorld::ids(report, use::Level::problem) == setup.problems);
        CHECK(DoctorWorld::ids(report, use::Level::note) == setup.notes);
        CHECK(says(report, setup.says) == (*setup.says != '\0' || !setup.problems.empty() || !setup.notes.empty()));
        for (const use::Finding& finding : report.findings) {
            CAPTURE(finding.id(), finding.found);
            CHECK_FALSE(finding.found.empty());
            if (finding.level == use::Level::problem) CHECK_FALSE(finding.advice.empty());
            if (!finding.cause.empty()) CHECK(page.find('`' + finding.id() + '`') != std::string::npos);
            if (finding.level == use::Level::skipped) CHECK(finding.found.find("unexpected") == std::string::npos);
        }
    }
}

} // namespace

TEST_CASE("where nothing is wrong doctor finds nothing") {
    DoctorWorld world;
    const use::Report report = world.look();
    for (const use::Finding& finding : report.findings) {
        CAPTURE(finding.id(), finding.found);
        CHECK(finding.level == use::Level::ok);
    }
    CHECK(report.findings.size() == use::checks().size());
    CHECK(report.version == "0.32.15");
}

TEST_CASE("broken set-ups of the way to the server") {
    check_all({
        {"nothing listens",
         [](DoctorWorld& w) { w.silence = Error(Kind::unreachable, "nothing is listening on http://127.0.0.1:11434"); },
         {"server.unreachable"},
         {},
         "ollama serve"},
        {"another machine is out of reach",
         [](DoctorWorld& w) {
             w.options.address = "http://gpu.example:11434";
             w.options.endpoint = http::Url::parse(w.options.address);
             w.silence = Error(Kind::unreachable, "no connection to http://gpu.example:11434 within 2s");
         },
         {"server.unreachable"},
         {},
         "firewall"},
        {"no such host",
         [](DoctorWorld& w) { w.silence = Error(Kind::unreachable, "cannot find the host 'gpu.example'"); },
         {"server.unreachable"},
         {},
         "cannot find the host"},
        {"the server starts",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::unreachable, "http://127.0.0.1:11434 did not answer within 3s");
         },
         {"server.starting"},
         {},
         "--wait 2m"},
        {"the host name is refused",
         [](DoctorWorld& w) { w.refuse(403); },
         {"server.host_refused"},
         {},
         "Host: localhost:11434"},
        {"something else forbids it",
         [](DoctorWorld& w) { w.refuse(403, "blocked by policy 7"); },
         {"server.forbidden"},
         {},
         "blocked by policy 7"},
        {"credentials are missing", [](DoctorWorld& w) { w.refuse(401); }, {"server.credentials"}, {}, "https"},
        {"the proxy wants credentials",
         [](DoctorWorld& w) {
             w.options.address = "http://gpu.example:11434";
             w.options.endpoint = http::Url::parse(w.options.address);
             w.options.environment["http_proxy"] = "http://me:secret@proxy.example:3128";
             w.refuse(407);
         },
         {"server.proxy_credentials"},
         {"proxy.used"},
         "proxy.example:3128"},
        {"a proxy does not reach the server",
         [](DoctorWorld& w) {
             w.refuse(502, "<html>Bad Gateway</html>");
             w.answer.headers.push_back({"Server", "nginx/1.25"});
         },
         {"server.gateway"},
         {},
         "nginx/1.25"},
        {"a proxy waits in vain", [](DoctorWorld& w) { w.refuse(504); }, {"server.gateway"}, {}, "504"},
        {"the queue is full",
         [](DoctorWorld& w) { w.refuse(503, R"({"error":"server busy"})"); },
         {"server.busy"},
         {},
         "OLLAMA_MAX_QUEUE"},
        {"a login page",
         [](DoctorWorld& w) {
             w.refuse(302);
             w.answer.headers.push_back({"Location", "https://login.example/?token=secret"});
         },
         {"server.redirect"},
         {},
         "login.example"},
        {"a web server",
         [](DoctorWorld& w) { w.refuse(200, "<html>hello</html>"); },
         {"server.not_ollama"},
         {},
         "something else listens there"},
        {"a wrong path", [](DoctorWorld& w) { w.refuse(404, "404 page not found"); }, {"server.not_ollama"}, {}, "404"},
        {"no TLS there",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::protocol, "no secure connection to https://127.0.0.1:11434: wrong version")
                             .hint("does it speak https at all? otherwise write http://");
         },
         {"server.tls"},
         {},
         "http://"},
        {"an answer that drips",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::unreachable, "http://127.0.0.1:11434 did not answer in full within 3s");
         },
         {"server.slow"},
         {},
         "in full"},
        {"an answer without end",
         [](DoctorWorld& w) { w.silence = Error(Kind::protocol, "the answer is longer than 65 KB"); },
         {"server.not_ollama"},
         {},
         "65 KB"},
        {"OLLAMA_HOST makes no sense",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_HOST"] = "ftp://x";
             w.options.endpoint.reset();
             w.options.bad_address = Error(Kind::usage, "OLLAMA_HOST: 'ftp' is no scheme");
         },
         {"server.address"},
         {},
         "--host"},
        {"a key that cannot be sent",
         [](DoctorWorld& w) { w.options.bad_address = Error(Kind::usage, "OLLAMA_API_KEY has a line feed in it"); },
         {"server.key"},
         {},
         "OLLAMA_API_KEY"},
        {"the server is too old", [](DoctorWorld& w) { w.say_version("0.20.5"); }, {"version.too_old"}, {}, ">=0.21"},
        {"the server is old", [](DoctorWorld& w) { w.say_version("0.24.0"); }, {}, {"version.lacks"}, "0.30.0"},
        {"the clocks disagree",
         [](DoctorWorld& w) {
             w.answer.headers.push_back({"Date", test::http_date(w.clock.now() + 10min)});
         },
         {"clock.skew"},
         {},
         "10m"},
        {"a proxy for this machine",
         [](DoctorWorld& w) { w.options.environment["HTTP_PROXY"] = "http://proxy.example:3128"; },
         {},
         {"proxy.loopback"},
         "NO_PROXY=localhost"},
    });
}

TEST_CASE("broken set-ups of the models directory") {
    check_all({
        {"a link that leads nowhere",
         [](DoctorWorld& w) {
             w.server.fail(Call::installed, Error(Kind::storage, "the server's models directory is damaged"), 0, 9);
             w.store.standing = Standing::unprovable;
             w.store.dangling = {"'/models/manifests/x', it is a link that leads nowhere"};
         },
         {"list.fails"},
         {},
         "/models/manifests/x"},
        {"another user's",
         [](DoctorWorld& w) {
             w.store.standing = Standing::unreadable;
             w.store.doubt = "ollama may, but you may not read '/models'";
             w.store.ways = {"sudo -u ollama codemate doctor"};
         },
         {"store.unreadable"},
         {},
         "sudo -u ollama"},
        {"another server's",
         [](DoctorWorld& w) {
             w.store.standing = Standing::named;
             w.store.doubt = "chat:latest has another digest there";
         },
         {"store.not_ours"},
         {},
         "another digest"},
        {"a named directory that is not there",
         [](DoctorWorld& w) { w.store_failure = Error(Kind::not_found, "--models-dir: there is no '/nowhere'"); },
         {"store.not_there"},
         {},
         "/nowhere"},
        {"elsewhere",
         [](DoctorWorld& w) { w.store.standing = Standing::elsewhere; },
         {},
         {"store.elsewhere"},
         "--models-dir"},
        {"a manifest that was cut",
         [](DoctorWorld& w) { w.disk.put(test::path_of_model("broken:7b"), R"({"schemaVersion":2,)"); },
         {"cleanup.corrupt_manifest"},
         {},
         "broken:7b"},
        {"cleanup is switched off on purpose",
         [](DoctorWorld& w) {
             w.files["/etc/systemd/system/ollama.service.d/override.conf"] =
                 "[Service]\nEnvironment=OLLAMA_NOPRUNE=1\n";
         },
         {},
         {"cleanup.noprune"},
         "override.conf:2"},
        {"a layer is missing",
         [](DoctorWorld& w) { w.disk.remove(test::path_of_blob("weights of chat")); },
         {"content.damaged"},
         {},
         "chat:latest lacks layer"},
        {"a layer was cut",
         [](DoctorWorld& w) { w.disk.put(test::path_of_blob("weights of chat"), "weig"); },
         {"content.damaged"},
         {},
         "verify --repair"},
        {"a wedged download", [](DoctorWorld& w) { put_partial(w, ""); }, {"downloads.wedged"}, {}, "EOF"},
        {"records that were swept away",
         [](DoctorWorld& w) { put_partial(w, R"({"N":0,"Offset":0,"Size":400,"Completed":100})"); },
         {"downloads.wedged"},
         {},
         "prune --leftovers"},
        {"an unfinished download",
         [](DoctorWorld& w) { put_partial(w, R"({"N":0,"Offset":0,"Size":1000,"Completed":100})"); },
         {},
         {"downloads.unfinished"},
         "goes on from there"},
        {"a download under way",
         [](DoctorWorld& w) {
             put_partial(w, R"({"N":0,"Offset":0,"Size":400,"Completed":100})");
             w.clock.set(w.disk.now() + 10min);
         },
         {}},
        {"blobs of nobody",
         [](DoctorWorld& w) { w.disk.put(blob, "nobody's"); },
         {},
         {"leftovers.orphans"},
         "prune --leftovers"},
        {"a snapshot",
         [](DoctorWorld& w) {
             w.server.copy(ModelName::parse("chat"),
                           ModelName::parse("chat:latest.codemate-20261122t120000z-0123456789ab"), {});
         },
         {},
         {"snapshots.kept"},
         "rollback"},
        {"what a cut off run left",
         [](DoctorWorld& w) {
             w.server.copy(ModelName::parse("chat"), ModelName::parse("chat:latest.codemate-candidate-0123456789ab"),
                           {});
         },
         {},
         {"snapshots.cut_off"},
         "codemate pull"},
        {"the disk is full",
         [](DoctorWorld& w) { w.store.space->free = ByteCount(100'000'000); },
         {"space.full"},
         {},
         "100 MB free"},
        {"the disk is nearly full",
         [](DoctorWorld& w) { w.store.space->free = DoctorWorld::gigabytes(7); },
         {},
         {"space.low"},
         "prune --dry-run"},
        {"no room for what is required",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat", "large": "giant"}})";
             w.pin("giant", Digest::of("giant"), DoctorWorld::gigabytes(20));
             w.store.space->free = DoctorWorld::gigabytes(15);
         },
         {"space.too_little", "required.absent"},
         {},
         "5 GB short"},
    });
}

TEST_CASE("broken set-ups of the machine") {
    check_all({
        {"a model that fits nowhere",
         [](DoctorWorld& w) { w.install_large("chat", 100); },
         {"memory.too_large"},
         {},
         "12 GB short"},
        {"a model that is split",
         [](DoctorWorld& w) { w.install_large("chat", 40); },
         {},
         {"memory.split"},
         "smaller model"},
        {"memory is taken",
         [](DoctorWorld& w) {
             w.install_large("chat", 20);
             w.machine.memory->available = DoctorWorld::gigabytes(9);
             w.machine.gpus->front().free = DoctorWorld::gigabytes(1);
         },
         {},
         {"memory.taken"},
         "10 GB short"},
        {"swapping",
         [](DoctorWorld& w) {
             w.machine.memory->available = DoctorWorld::gigabytes(2);
             w.machine.memory->swap = DoctorWorld::gigabytes(5);
         },
         {},
         {"memory.swap"},
         "5 GB are swapped out"},
        {"a GPU that is not used",
         [](DoctorWorld& w) { w.server.load("chat", 4096); },
         {"gpu.unused"},
         {},
         "--gpus=all"},
        {"half on the GPU",
         [](DoctorWorld& w) { w.server.load("chat", 4096, ByteCount(5)); },
         {},
         {"gpu.split"},
         "% on the GPU"},
        {"no GPU at all",
         [](DoctorWorld& w) {
             w.machine.gpus = std::vector<machine::Gpu>();
             w.server.load("chat", 4096);
         },
         {}},
        {"less context than declared",
         [](DoctorWorld& w) {
             w.project =
                 R"({"schema": 1, "roles": {"primary": "chat"}, "models": {"chat": {"expect": {"context": 8192}}}})";
             w.server.load("chat", 4096, ByteCount(1'000'000));
         },
         {},
         {"context.smaller"},
         "OLLAMA_CONTEXT_LENGTH=8192"},
        {"no completion",
         [](DoctorWorld& w) { w.files.clear(); },
         {},
         {"completion.missing"},
         "codemate completion bash"},
    });
}

TEST_CASE("broken set-ups of variables") {
    check_all({
        {"OLLAMA_NOPRUNE=no",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_NOPRUNE"] = "no"; },
         {"variables.opposite"},
         {"cleanup.noprune"},
         "OLLAMA_NOPRUNE=false"},
        {"OLLAMA_NUM_THREAD in a compose file",
         [](DoctorWorld& w) {
             w.files["/project/docker-compose.yml"] = "services:\n  ollama:\n    image: ollama/ollama:0.32.15\n"
                                                      "    environment:\n      - OLLAMA_NUM_THREAD=8\n";
         },
         {"variables.ignored"},
         {},
         "num_thread"},
        {"a misspelt name in a unit",
         [](DoctorWorld& w) {
             w.files["/etc/systemd/system/ollama.service"] = "[Service]\nEnvironment=\"OLLAMA_KEEPALIVE=24h\"\n";
         },
         {"variables.misspelt"},
         {},
         "OLLAMA_KEEP_ALIVE"},
        {"a span that Go does not read",
         [](DoctorWorld& w) { w.files["/project/.env"] = "OLLAMA_KEEP_ALIVE=1d\n"; },
         {"variables.ignored_value"},
         {},
         "24h"},
        {"an origin that is none",
         [](DoctorWorld& w) {
             w.files["/project/compose.yaml"] = "services:\n  llm:\n    image: ollama/ollama\n    environment:\n"
                                                "      OLLAMA_ORIGINS: example.com\n";
         },
         {"variables.fatal_value"},
         {},
         "http://example.com"},
        {"a tilde",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_MODELS"] = "~/models"; },
         {"variables.literal_tilde"},
         {},
         "whole path"},
        {"one of former times",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_NEW_ENGINE"] = "1"; },
         {},
         {"variables.gone"},
         "0.30.0"},
        {"one of the future",
         [](DoctorWorld& w) {
             w.say_version("0.29.0");
             w.options.environment["OLLAMA_GO_TEMPLATE"] = "false";
         },
         {},
         {"variables.too_new", "version.lacks"},
         "OLLAMA_GO_TEMPLATE"},
        {"one that nobody knows",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_SOMETHING_ELSE"] = "x"; },
         {},
         {"variables.unknown"},
         "OLLAMA_SOMETHING_ELSE"},
        {"those of other programs",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_BASE_URL"] = "http://ollama:11434";
             w.options.environment["OLLAMA_MODEL"] = "chat";
             w.files["/project/docker-compose.yml"] = "services:\n  web:\n    image: ghcr.io/open-webui/open-webui\n"
                                                      "    environment:\n      - OLLAMA_ODD_ONE=8\n";
         },
         {}},
    });
}

TEST_CASE("broken set-ups of the project") {
    using State = use::Reference::State;
    check_all({
        {"no manifest", [](DoctorWorld& w) { w.project.clear(); }, {}, {"manifest.none"}, "codemate init"},
        {"mistakes in the manifest",
         [](DoctorWorld& w) {
             w.manifest_failure = Error(Kind::manifest, "codemate.json has 2 mistakes").note("line 7: /roles: a text");
         },
         {"manifest.mistakes"},
         {},
         "line 7"},
        {"a manifest that cannot be read",
         [](DoctorWorld& w) {
             w.manifest_failure = Error(Kind::storage, "cannot read 'codemate.json': Permission denied").hint("chmod");
         },
         {"manifest.unreadable"},
         {},
         "Permission denied"},
        {"mistakes in the lock",
         [](DoctorWorld& w) { w.lock_failure = Error(Kind::manifest, "codemate.lock has 1 mistake"); },
         {"lock.mistakes"},
         {},
         "git restore"},
        {"no lock", [](DoctorWorld& w) { w.lock.reset(); }, {}, {"lock.none"}, "codemate lock"},
        {"a lock without an entry",
         [](DoctorWorld& w) { w.lock->models.erase(ModelName::parse("chat")); },
         {},
         {"lock.incomplete"},
         "chat:latest"},
        {"a lock that contradicts",
         [](DoctorWorld& w) { w.contradictions = {"chat comes from elsewhere"}; },
         {"lock.contradicts"},
         {},
         "chat comes from elsewhere"},
        {"a required model that is absent",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat", "other": "absent"}})";
             w.pin("absent", Digest::of("x"), ByteCount(1000));
         },
         {"required.absent"},
         {},
         "codemate pull"},
        {"drift",
         [](DoctorWorld& w) { w.pin("chat", Digest::of("another"), ByteCount(1000)); },
         {"required.drift"},
         {},
         "lock --upgrade"},
        {"a misspelt reference",
         [](DoctorWorld& w) {
             w.references = {{State::misspelt, ModelName::parse("mistrall"), "app.py:3", "did you mean mistral?"}};
         },
         {"references.misspelt"},
         {},
         "app.py:3"},
        {"a second embedding model",
         [](DoctorWorld& w) {
             w.references = {{State::contradicting, ModelName::parse("other"), "app.py:3", "the project's is embed"}};
         },
         {"references.contradicts"},
         {},
         "refs --rewrite"},
        {"an embedding model that is not installed",
         [](DoctorWorld& w) {
             w.references = {{State::embedding, ModelName::parse("other"), "memory_setup.py:9"}};
         },
         {"references.embedding_absent"},
         {},
         "memory_setup.py:9"},
        {"one that is",
         [](DoctorWorld& w) {
             w.references = {{State::embedding, ModelName::parse("embed"), "a:1"}};
         },
         {}},
        {"an undeclared model",
         [](DoctorWorld& w) {
             w.references = {{State::undeclared, ModelName::parse("other"), "app.py:3"}};
         },
         {},
         {"references.undeclared"},
         "app.py:3"},
        {"another dimension",
         [](DoctorWorld& w) { w.chroma.collections.front().dimension = 1024; },
         {"embeddings.dimension"},
         {},
         "1024"},
        {"another model's vectors",
         [](DoctorWorld& w) { w.chroma.collections.front().model = "mistral"; },
         {"embeddings.other_model"},
         {},
         "codemate embeddings"},
        {"a broken store",
         [](DoctorWorld& w) { w.chroma_failure = Error(Kind::damaged, "'db/chroma.sqlite3' is no database"); },
         {"embeddings.store"},
         {},
         "no database"},
        {"no store yet", [](DoctorWorld& w) { w.chroma_failure = Error(Kind::not_found, "there is no 'db'"); }, {}},
        {"no embedding role",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat"}, "vector_store": {"chroma": "db"}})";
         },
         {"embeddings.no_role"},
         {},
         "codemate use embedding"},
        {"an optional embedding model that is absent",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat", "embedding": "absent"},
                             "groups": {"default": ["primary"]}})";
         },
         {"embeddings.absent"},
         {},
         "pull embedding"},
    });
}
