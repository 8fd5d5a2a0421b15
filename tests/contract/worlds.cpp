#include "contract/worlds.hpp"

#include "support/fake_server.hpp"
#include "support/raw_server.hpp"
#include "support/sandbox.hpp"

#include "codemate/base/files.hpp"
#include "codemate/http/client.hpp"
#include "codemate/json/read.hpp"
#include "codemate/ollama/endpoint.hpp"

#include <cstdlib>
#include <stdexcept>

namespace codemate::test {

namespace {

constexpr const char* host_variable = "CODEMATE_TEST_OLLAMA_HOST";
constexpr const char* models_variable = "CODEMATE_TEST_OLLAMA_MODELS";
constexpr const char* prefix = "codemate-contract-";

class FakeWorld final : public World {
public:
    FakeWorld() {
        server_.set_events_per_layer(10);
        for (const auto* model : {"first", "second", "big"})
            server_.offer(name(model).display(), made(model));
    }

    ollama::Server& server() override { return server_; }
    ModelName name(std::string_view model) const override {
        return {"127.0.0.1:5000", "library", prefix + std::string(model), "latest"};
    }
    Image image(std::string_view model) const override { return {made(model).digest, made(model).size()}; }
    Digest blob(std::string_view model) const override { return made(model).layers.front().digest; }
    ModelName unreachable() const override { return ModelName::parse("127.0.0.1:5999/library/x"); }
    void load(const ModelName& installed) override { server_.load(installed.display(), 4096); }
    void slow_down() override {}
    void hurry() override {}
    std::optional<std::size_t> orphans() const override { return server_.orphans().size(); }

private:
    static FakeServer::Model made(std::string_view model) {
        auto made =
            FakeServer::model({FakeServer::layer(model, ByteCount(1000)), FakeServer::layer("shared", ByteCount(10))});
        made.context_length = 2048;
        made.embedding_length = 64;
        made.attention = {.blocks = 2, .heads = 4, .kv_heads = 4};
        made.capabilities = {"completion"};
        return made;
    }

    FakeServer server_;
};

std::string catalog() {
    std::string models;
    for (const std::string entry : {R"(first")", R"(second")", R"(big", "size": "12MB")"}) {
        models += (models.empty() ? "" : ", ") + std::string(R"({"name": ")") + prefix + entry + '}';
    }
    return R"({"models": [)" + models + "]}";
}

// Files of a models directory that no manifest in it names.
std::size_t unnamed_blobs(const std::filesystem::path& store) {
    namespace fs = std::filesystem;
    std::string manifests;
    for (const auto& entry : fs::recursive_directory_iterator(store / "manifests")) {
        if (entry.is_regular_file()) manifests += read_text(entry.path());
    }
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(store / "blobs")) {
        const std::string file = entry.path().filename().string();
        const bool blob = file.find("-partial") == std::string::npos && file.starts_with("sha256-");
        if (blob && manifests.find(file.substr(7)) == std::string::npos) ++count;
    }
    return count;
}

// The registry is the sandbox's; the server is the sandbox too, or a real one.
class HttpWorld final : public World {
public:
    HttpWorld(std::string_view host, std::filesystem::path store)
        : sandbox_({.catalog = directory_.write("catalog.json", catalog())}),
          endpoint_(ollama::endpoint(host.empty() ? sandbox_.url() : std::string(host))),
          server_(ollama::connect(*client_, endpoint_)), store_(host.empty() ? sandbox_.store() : std::move(store)),
          orphans_before_(seen_orphans().value_or(0)) {}
    ~HttpWorld() override { clean_up(); }

    ollama::Server& server() override { return *server_; }
    ModelName name(std::string_view model) const override {
        return {sandbox_.address(), "library", prefix + std::string(model), "latest"};
    }
    Image image(std::string_view model) const override;
    Digest blob(std::string_view model) const override;
    ModelName unreachable() const override { return {dead_.url().authority(), "library", "x", "latest"}; }
    void load(const ModelName& installed) override;
    void slow_down() override { sandbox_.set_fault("registry-slow=4MB/s@library/" + std::string(prefix) + "big"); }
    void hurry() override { sandbox_.clear_fault("registry-slow"); }
    std::optional<std::size_t> orphans() const override {
        const auto now = seen_orphans();
        return now ? std::optional(*now - std::min(*now, orphans_before_)) : now;
    }

private:
    std::string manifest_text(std::string_view model) const;
    std::optional<std::size_t> seen_orphans() const {
        if (store_.empty() || !std::filesystem::exists(store_ / "blobs")) return std::nullopt;
        return unnamed_blobs(store_);
    }
    void clean_up() noexcept;

    TempDir directory_;
    Sandbox sandbox_;
    DeadPort dead_;
    std::unique_ptr<http::Client> client_ = http::make_client({.user_agent = "codemate-contract"});
    http::Url endpoint_;
    std::unique_ptr<ollama::Server> server_;
    std::filesystem::path store_;
    std::size_t orphans_before_;
};

std::string HttpWorld::manifest_text(std::string_view model) const {
    http::Request request;
    request.url = http::Url::parse(sandbox_.url()) / ("v2/library/" + name(model).model() + "/manifests/latest");
    const http::Response answer = client_->send(request, {});
    if (answer.status != 200) throw std::runtime_error("the registry has no " + std::string(model));
    return answer.body;
}

// As the registry's manifest says.
World::Image HttpWorld::image(std::string_view model) const {
    const std::string text = manifest_text(model);
    const auto manifest = json::read(text, "the manifest");
    const json::Cursor root(manifest.root, "the manifest");
    ByteCount size(root.at("config").at("size").unsigned_integer());
    for (const auto& layer : root.at("layers").elements())
        size += ByteCount(layer.at("size").unsigned_integer());
    return {Digest::of(text), size};
}

Digest HttpWorld::blob(std::string_view model) const {
    const auto manifest = json::read(manifest_text(model), "the manifest");
    const auto layers = json::Cursor(manifest.root, "the manifest").at("layers").elements();
    return *Digest::parse(layers.at(0).at("digest").string());
}

void HttpWorld::load(const ModelName& installed) {
    http::Request request;
    request.method = "POST";
    request.url = endpoint_ / "api/generate";
    request.body = json::to_line(json::Value::object().set("model", installed.display()));
    if (client_->send(request, {}).status != 200) throw std::runtime_error("cannot load " + installed.display());
}

// A real server keeps what it is given.
void HttpWorld::clean_up() noexcept {
    try {
        for (const auto& model : server_->installed({})) {
            const bool ours = model.name.host() == sandbox_.address() || model.name.owner() == "codemate-contract";
            if (ours) server_->remove(model.name, {});
        }
    } catch (const std::exception&) { // the case has failed before, and said more
    }
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

} // namespace

std::vector<std::string> worlds() {
    std::vector<std::string> all{"fake", "sandbox"};
    if (!variable(host_variable).empty()) all.emplace_back("real");
    return all;
}

std::unique_ptr<World> make_world(std::string_view kind) {
    if (kind == "fake") return std::make_unique<FakeWorld>();
    if (kind == "sandbox") return std::make_unique<HttpWorld>("", "");
    return std::make_unique<HttpWorld>(variable(host_variable), variable(models_variable));
}

} // namespace codemate::test
