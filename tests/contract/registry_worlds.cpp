#include "contract/registry_worlds.hpp"

#include "support/docker_registry.hpp"
#include "support/fake_registry.hpp"
#include "support/raw_http.hpp"
#include "support/raw_server.hpp"
#include "support/sandbox.hpp"

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
    ModelName unreachable() const override { return ModelName::parse("127.0.0.1:5999/library/x"); }
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
    ModelName unreachable() const override { return {dead_.url().authority(), "library", "x", "latest"}; }

protected:
    void connect_to(std::string address, registry::CredentialsFor credentials = {}) {
        address_ = std::move(address);
        registry_ = registry::connect(
            *client_, {.plain_http_hosts = {address_, dead_.url().authority()}, .credentials = std::move(credentials)});
    }

private:
    std::unique_ptr<http::Client> client_ = http::make_client({.user_agent = "codemate-contract"});
    std::unique_ptr<registry::Registry> registry_;
    std::string address_;
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

} // namespace

std::vector<std::string> registry_worlds() {
    std::vector<std::string> all{"fake", "fake with a login", "sandbox", "sandbox without headers"};
    if (DockerRegistry::program()) all.insert(all.end(), {"docker-registry", "docker-registry with htpasswd"});
    return all;
}

std::unique_ptr<RegistryWorld> make_registry_world(std::string_view kind) {
    using Access = DockerRegistry::Access;
    if (kind == "fake") return std::make_unique<FakeRegistryWorld>(FakeRegistryWorld::Login::none);
    if (kind == "fake with a login") return std::make_unique<FakeRegistryWorld>(FakeRegistryWorld::Login::wanted);
    if (kind == "sandbox") return std::make_unique<SandboxRegistryWorld>(std::vector<std::string>{});
    if (kind.starts_with("sandbox"))
        return std::make_unique<SandboxRegistryWorld>(
            std::vector<std::string>{"no-head", "no-digest-header", "no-location"});
    return std::make_unique<DockerRegistryWorld>(kind.ends_with("htpasswd") ? Access::htpasswd : Access::open);
}

} // namespace codemate::test
