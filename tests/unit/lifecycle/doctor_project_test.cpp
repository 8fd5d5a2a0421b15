#include "unit/lifecycle/doctor_setups.hpp"

using namespace codemate;
namespace use = lifecycle::doctor;
using test::check_all;
using test::DoctorWorld;

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
        {"more context than the model supports",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "small"},
                             "models": {"small": {"options": {"num_ctx": 99999999}}}})";
             test::install(w.disk, "small", "{}", {"weights of small"});
             test::FakeServer::Model model = test::model_on(w.disk, "small");
             model.context_length = 2048;
             w.pin("small", model.digest, ByteCount(16));
             w.server.install("small", std::move(model));
             w.server.load("small", 2048, ByteCount(1'000'000));
         },
         {"context.unsupported"},
         {},
         "supports a context of 2048"},
        {"no completion",
         [](DoctorWorld& w) { w.files.erase("/usr/share/bash-completion/completions/codemate"); },
         {},
         {"completion.missing"},
         "mkdir -p ~/.local/share/bash-completion/completions && codemate completion bash"},
        {"a script for completion, and nothing that loads it",
         [](DoctorWorld& w) { w.files.erase("/usr/share/bash-completion/bash_completion"); },
         {},
         {"completion.missing"},
         "source <(codemate completion bash)` to ~/.bashrc"},
        {"a line in .bashrc, which needs no package",
         [](DoctorWorld& w) {
             w.files = {{"/home/me/.bashrc", "x=1\nsource <(codemate completion bash)\n"}};
         },
         {}},
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
        {"a type of cache that is none",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_KV_CACHE_TYPE"] = "q9"; },
         {"variables.no_type"},
         {},
         "f16, q8_0 or q4_0"},
        {"a port that is none",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_HOST"] = "http://127.0.0.1:99999";
             w.options.endpoint = http::Url::parse("http://127.0.0.1:80");
             w.options.address = w.options.endpoint->text();
             w.silence = Error(Kind::unreachable, "nothing is listening on http://127.0.0.1:80");
         },
         {"server.unreachable", "variables.port"},
         {},
         "'99999' is no port, so Ollama takes 80"},
        {"a port that is a word, in a unit",
         [](DoctorWorld& w) {
             w.files["/etc/systemd/system/ollama.service"] = "[Service]\nEnvironment=OLLAMA_HOST=0.0.0.0:abc\n";
         },
         {"variables.port"},
         {},
         "'abc' is no port, so Ollama takes 11434"},
        {"no port behind http://",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_HOST"] = "http://127.0.0.1";
             w.options.endpoint = http::Url::parse("http://127.0.0.1:80");
             w.options.address = w.options.endpoint->text();
             w.silence = Error(Kind::unreachable, "nothing is listening on http://127.0.0.1:80");
         },
         {"server.unreachable", "variables.web_port"},
         {},
         "write http://127.0.0.1:11434"},
        {"no port behind http://, and an Ollama there",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_HOST"] = "http://127.0.0.1";
             w.options.endpoint = http::Url::parse("http://127.0.0.1:80");
         },
         {}},
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
        {"a manifest above that does not count",
         [](DoctorWorld& w) {
             w.project.clear();
             w.options.unseen_manifest = "../../codemate.json";
         },
         {},
         {"manifest.none"},
         "--manifest ../../codemate.json"},
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
        {"a named lock that is not there",
         [](DoctorWorld& w) { w.lock_failure = Error(Kind::not_found, "there is no '/nope'"); },
         {"lock.unreadable"},
         {},
         "--lock"},
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
        {"a required model that is misspelt",
         [](DoctorWorld& w) {
             w.install("llama3.2", "weights of llama");
             w.project = R"({"schema": 1, "roles": {"primary": "lama3.2"}})";
             w.pin("lama3.2", Digest::of("x"), ByteCount(1000));
         },
         {"required.absent"},
         {},
         "did you mean llama3.2, which is installed?"},
        {"a required model of another version than what is installed",
         [](DoctorWorld& w) {
             w.install("qwen2", "weights of qwen");
             w.project = R"({"schema": 1, "roles": {"primary": "qwen3"}})";
             w.pin("qwen3", Digest::of("x"), ByteCount(1000));
         },
         {"required.absent"},
         {},
         "`codemate pull` installs it"},
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
        {"a collection that the store does not have",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat", "embedding": "embed"},
                             "vector_store": {"chroma": "db", "collection": "dcos"}})";
         },
         {"embeddings.collection"},
         {},
         "did you mean 'docs'?"},
        {"a collection in a store without any",
         [](DoctorWorld& w) {
             w.project = R"({"schema": 1, "roles": {"primary": "chat", "embedding": "embed"},
                             "vector_store": {"chroma": "db", "collection": "nope"}})";
             w.chroma.collections.clear();
         },
         {"embeddings.collection"},
         {},
         "none at all"},
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
        {"no store yet",
         [](DoctorWorld& w) { w.chroma_failure = Error(Kind::not_found, "there is no 'db'"); },
         {},
         {"embeddings.no_store"},
         "vector_store.chroma"},
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
