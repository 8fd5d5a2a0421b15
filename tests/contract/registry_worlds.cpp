#include "contract/registry_worlds.hpp"

#include "support/depots.hpp"
#include "support/docker_registry.hpp"
#include "support/fake_registry.hpp"
#include "support/raw_http.hpp"
#include "support/raw_server.hpp"
#include "support/sandbox.hpp"

#include "codemate/depot/depot.hpp"
#include "codemate/http/client.hpp"
#include "codemate/registry/credentials.hpp"

#include <stdexcept>

namespace codemate::test {

namespace {

constexpr std::string_view owner = "team";

FakeRegistry::Model made(std::string_view model, std::string_view version = "1") {
    const std::string text = std::string(model) + ' ' + std::string(version) + ' ';
    std::string weights;
    while (weights.size() < 200'000)
        weights += text;
    return FakeRegistry::model(R"({"model_format":"gguf","model_family":"llama","model_type":"7B","file_type":"Q4_0"})",
                               {{"model", weights}, {"template", "{{ .Prompt }}"}, {"license", text + "licence"}});
}

class FakeRegistryWorld final : public RegistryWorld {
public:
    enum class Login { none, wanted };
    explicit FakeRegistryWorld(Login login) : login_(login) {
        for (const auto* model : {"first", "second"})
            registry_.offer(name(model).display(), made(model));
        registry_.serve_by_digest();
        if (login_ == Login::wanted) registry_.want_login(name("first").host());
    }

    registry::Registry& registry() override { return registry_; }
    ModelName name(std::string_view model) const override {
        return {"127.0.0.1:5000", std::string(owner), std::string(model), "latest"};
    }
    std::string manifest(std::string_view model) override { return made(model, version_).manifest; }
    void move(std::string_view model) override {
        version_ = "2";
        registry_.offer(name(model).display(), made(model, version_));
    }
    std::optional<ModelName> unreachable() const override { return ModelName::parse("127.0.0.1:5999/library/x"); }
    bool lists_tags() const override { return true; }
    bool serves_by_digest() const override { return true; }
    bool wants_login() const override { return login_ == Login::wanted; }

private:
    const Login login_;
    FakeRegistry registry_;
    std::string version_ = "1";
};

class HttpRegistryWorld : public RegistryWorld {
public:
    registry::Registry& registry() override { return *registry_; }
    ModelName name(std::string_view model) const override {
        return {address_, std::string(owner), std::string(model), "latest"};
    }
    std::optional<ModelName> unreachable() const override {
        return ModelName(dead_.url().authority(), "library", "x", "latest");
    }
    std::string shown() const override { return shown_; }

protected:
    // Whose models have names of another host.
    void connect_as_stand_in(std::string address, std::string_view path) {
        shown_ = address;
        address_ = "registry.corp:444";
        registry_ =
            registry::connect(*client_, {.everything_at = http::Url::parse("http://" + address + std::string(path))});
    }

    void connect_to(std::string address, registry::CredentialsFor credentials = {}) {
        shown_ = address;
        address_ = std::move(address);
        registry_ = registry::connect(
            *client_, {.plain_http_hosts = {address_, dead_.url().authority()}, .credentials = std::move(credentials)});
    }

private:
    std::unique_ptr<http::Client> client_ = http::make_client({.user_agent = "codemate-contract"});
    std::unique_ptr<registry::Registry> registry_;
    std::string address_, shown_;
    DeadPort dead_;
};

// Ollama's registry; with faults also one that knows neither its header nor HEAD, and serves blobs itself.
class SandboxRegistryWorld final : public HttpRegistryWorld {
public:
    explicit SandboxRegistryWorld(std::vector<std::string> faults)
        : sandbox_({.faults = std::move(faults), .catalog = directory_.write("catalog.json", catalog)}) {
        connect_to(sandbox_.address());
    }

    std::string manifest(std::string_view model) override {
        const auto reply = exchange(sandbox_.port(), {.path = "/v2/team/" + std::string(model) + "/manifests/latest"});
        if (reply.status != 200) throw std::runtime_error("the sandbox has no " + std::string(model));
        return reply.body();
    }
    void move(std::string_view model) override { sandbox_.set_fault("moving-tag=team/" + std::string(model)); }
    bool lists_tags() const override { return false; }
    bool serves_by_digest() const override { return false; }

private:
    static constexpr std::string_view catalog = R"({"models": [{"name": "team/first", "license": "one"},
                                                             {"name": "team/second", "license": "two"}]})";

    TempDir directory_;
    Sandbox sandbox_;
};

class DockerRegistryWorld final : public HttpRegistryWorld {
public:
    explicit DockerRegistryWorld(DockerRegistry::Access access) : access_(access), docker_(access) {
        for (const auto* model : {"first", "second"})
            docker_.push("team/" + std::string(model), "latest", made(model));
        const bool open = access == DockerRegistry::Access::open;
        connect_to(
            docker_.address(),
            open ? registry::CredentialsFor()
                 : registry::fixed_credentials(docker_.address(), {.user = std::string(DockerRegistry::user),
                                                                   .password = std::string(DockerRegistry::password)}));
    }

    std::string manifest(std::string_view model) override { return made(model, version_).manifest; }
    void move(std::string_view model) override {
        version_ = "2";
        docker_.push("team/" + std::string(model), "latest", made(model, version_));
    }
    bool lists_tags() const override { return true; }
    bool serves_by_digest() const override { return true; }
    bool wants_login() const override { return access_ == DockerRegistry::Access::htpasswd; }

private:
    const DockerRegistry::Access access_;
    DockerRegistry docker_;
    std::string version_ = "1";
};

// The same at a path of it, for every model whatever its name's host.
class PrefixWorld final : public HttpRegistryWorld {
public:
    PrefixWorld() {
        for (const auto* model : {"first", "second"})
            push(model);
        connect_as_stand_in(docker_.address(), "/mirrors/models");
    }

    std::string manifest(std::string_view model) override { return made(model, version_).manifest; }
    void move(std::string_view model) override {
        version_ = "2";
        push(model);
    }
    std::optional<ModelName> unreachable() const override { return std::nullopt; } // every name is asked for there
    bool lists_tags() const override { return true; }
    bool serves_by_digest() const override { return true; }
    std::string path_of_blobs() const override { return "/v2/mirrors/models/team/first/blobs/"; }

private:
    void push(std::string_view model) {
        docker_.push("mirrors/models/team/" + std::string(model), "latest", made(model, version_));
    }

    DockerRegistry docker_;
    std::string version_ = "1";
};

// A directory: an export, or a models directory, in which what a tag served before is kept under another one.
class DirectoryWorld final : public RegistryWorld {
public:
    explicit DirectoryWorld(depot::Form form) : form_(form) {
        for (const auto* model : {"first", "second"})
            add(name(model), made(model));
        registry_ = form == depot::Form::layout ? depot::layout_registry(disk_, shown())
                                                : depot::store_registry(disk_, shown());
    }

    registry::Registry& registry() override { return *registry_; }
    ModelName name(std::string_view model) const override {
        return {"registry.corp", std::string(owner), std::string(model), "latest"};
    }
    std::string manifest(std::string_view model) override { return made(model, version_).manifest; }
    void move(std::string_view model) override {
        if (form_ == depot::Form::store) add(name(model).with_tag("before"), made(model, version_));
        version_ = "2";
        add(name(model), made(model, version_));
    }
    std::optional<ModelName> unreachable() const override { return std::nullopt; }
    bool lists_tags() const override { return true; }
    bool serves_by_digest() const override { return true; }
    bool has_addresses() const override { return false; }
    std::string shown() const override { return "/mnt/models"; }
    bool says_what_it_has() const override { return true; }

private:
    void add(const ModelName& name, const FakeRegistry::Model& model) {
        if (form_ == depot::Form::layout)
            add_to_layout(*disk_, name, model);
        else
            add_to_store(*disk_, name, model);
    }

    const depot::Form form_;
    std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
    std::unique_ptr<registry::Registry> registry_;
    std::string version_ = "1";
};

} // namespace

std::vector<std::string> registry_worlds() {
    std::vector<std::string> all{"fake",   "fake with a login", "sandbox", "sandbox without headers",
                                 "export", "models directory"};
    if (DockerRegistry::program())
        all.insert(all.end(), {"docker-registry", "docker-registry with htpasswd", "docker-registry at a path"});
    return all;
}

std::unique_ptr<RegistryWorld> make_registry_world(std::string_view kind) {
    using Access = DockerRegistry::Access;
    if (kind == "fake") return std::make_unique<FakeRegistryWorld>(FakeRegistryWorld::Login::none);
    if (kind == "fake with a login") return std::make_unique<FakeRegistryWorld>(FakeRegistryWorld::Login::wanted);
    if (kind == "sandbox") return std::make_unique<SandboxRegistryWorld>(std::vector<std::string>{});
    if (kind == "export") return std::make_unique<DirectoryWorld>(depot::Form::layout);
    if (kind == "models directory") return std::make_unique<DirectoryWorld>(depot::Form::store);
    if (kind.starts_with("sandbox"))
        return std::make_unique<SandboxRegistryWorld>(
            std::vector<std::string>{"no-head", "no-digest-header", "no-location"});
    if (kind.ends_with("at a path")) return std::make_unique<PrefixWorld>();
    return std::make_unique<DockerRegistryWorld>(kind.ends_with("htpasswd") ? Access::htpasswd : Access::open);
}

} // namespace codemate::test
