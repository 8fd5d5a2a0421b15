#include "unit/lifecycle/doctor_setups.hpp"

using namespace codemate;
namespace use = lifecycle::doctor;
using namespace std::chrono_literals;
using test::check_all;
using test::DoctorWorld;
using Standing = use::Store::Standing;
using Call = test::FakeServer::Call::What;

namespace {

const char* const blob = "blobs/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

void put_partial(DoctorWorld& world, const std::string& record) {
    const std::string path = std::string(blob) + "-partial";
    world.disk.put(path, std::string(1000, 'x'));
    world.disk.put(path + "-0", record);
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
         {"server.unknown_host"},
         {},
         "spelt right"},
        {"the proxy is dead",
         [](DoctorWorld& w) {
             w.options.address = "http://gpu.example:11434";
             w.options.endpoint = http::Url::parse(w.options.address);
             w.options.environment["http_proxy"] = "http://me:secret@127.0.0.1:3128";
             w.silence = Error(Kind::unreachable, "cannot reach the proxy 127.0.0.1:3128: Connection refused");
         },
         {"server.proxy"},
         {"proxy.used"},
         "NO_PROXY=gpu.example"},
        {"the server is dead, and a proxy is set that exempts it",
         [](DoctorWorld& w) {
             w.options.address = "http://gpu.example:11434";
             w.options.endpoint = http::Url::parse(w.options.address);
             w.options.environment["http_proxy"] = "http://127.0.0.1:3128";
             w.options.environment["NO_PROXY"] = ".example";
             w.silence = Error(Kind::unreachable, "nothing is listening on http://gpu.example:11434");
         },
         {"server.unreachable"},
         {},
         "firewall"},
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
        {"a proxy without a name for what it met",
         [](DoctorWorld& w) { w.refuse(521, "origin is down"); },
         {"server.fails"},
         {},
         "521"},
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
        {"certificates that are not there",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::usage, "the certificates to trust cannot be read: '/nosuch' is not there")
                             .hint("SSL_CERT_FILE has to name a file with certificates");
         },
         {"server.tls"},
         {},
         "SSL_CERT_FILE"},
        {"something hangs up",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::unreachable, "http://127.0.0.1:11434 closed the connection without an answer");
         },
         {"server.hangs_up"},
         {},
         "client's certificate"},
        {"nothing that is foreseen",
         [](DoctorWorld& w) {
             w.silence = Error(Kind::failed, "the exchange failed: Out of memory").hint("once more");
         },
         {"server.unreachable"},
         {},
         "once more"},
        {"https is spoken there",
         [](DoctorWorld& w) { w.refuse(400, "<center>The plain HTTP request was sent to HTTPS port</center>"); },
         {"server.wants_https"},
         {},
         "https://"},
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
        {"no model can be shown",
         [](DoctorWorld& w) {
             w.server.fail(Call::show, Error(Kind::failed, "/api/show: the server failed (500)"), 0, 99);
             w.store.standing = Standing::elsewhere;
         },
         {"list.show_fails"},
         {},
         "500"},
        {"one model cannot be shown",
         [](DoctorWorld& w) { w.server.fail(Call::show, Error(Kind::failed, "500"), 0, 1); },
         {}},
        {"no model can be shown, and nothing is declared",
         [](DoctorWorld& w) {
             w.project.clear();
             w.server.fail(Call::show, Error(Kind::unreachable, "/api/show took longer than 3s"), 0, 99);
             w.store_failure = Error(Kind::unreachable, "it took longer than 3s");
         },
         {"list.show_fails"},
         {"manifest.none"},
         "/api/show took longer"},
        {"what is loaded is not told",
         [](DoctorWorld& w) {
             w.server.fail(Call::running, Error(Kind::unreachable, "/api/ps took longer than 3s"), 0, 99);
         },
         {},
         {"list.running_fails"},
         "being loaded"},
        {"what is loaded cannot be told",
         [](DoctorWorld& w) { w.server.fail(Call::running, Error(Kind::failed, "500"), 0, 99); },
         {"list.running_fails"},
         {},
         "server's log"},
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
        {"a name with which a run may be at work",
         [](DoctorWorld& w) {
             w.server.set_now(w.clock.now() - std::chrono::minutes(5));
             w.server.copy(ModelName::parse("chat"),
                           ModelName::parse("127.0.0.1:41837/codemate-d01e6d09a0eb794a832c22a0f9b7fc08/chat"), {});
         },
         {},
         {"snapshots.in_use"},
         "an hour after"},
        {"the disk is full",
         [](DoctorWorld& w) { w.store.space->free = ByteCount(100'000'000); },
         {"space.full"},
         {},
         "100 MB free"},
        {"the disk is nearly full",
         [](DoctorWorld& w) { w.store.space->free = DoctorWorld::gigabytes(7); },
         {},
         {"space.low"},
         "--to-free 3GB"},
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
