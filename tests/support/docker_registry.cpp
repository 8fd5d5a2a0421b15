#include "support/docker_registry.hpp"

#include "support/raw_server.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/text.hpp"

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace codemate::test {

namespace {

constexpr int most_starts = 10;
// bcrypt of "correct horse", of the least cost that the program takes.
constexpr std::string_view hash = "$2b$04$mZQCyevA3V8q2Ds7hl5N0.VYeScW1KXbl5XFIgju9dzoMMnpm5Jg2";

// One that was free a moment ago: the program itself takes no port of the system's choice that it would tell.
std::uint16_t free_port() {
    return DeadPort().url().port;
}

std::string configuration(const TempDir& directory, std::uint16_t port, DockerRegistry::Access access) {
    std::string text = "version: 0.1\n"
                       "log: {level: info, accesslog: {disabled: true}}\n"
                       "storage:\n  filesystem: {rootdirectory: " +
                       (directory / "store").string() +
                       "}\n  delete: {enabled: true}\n"
                       "http: {addr: \"127.0.0.1:" +
                       std::to_string(port) + "\"}\n";
    if (access == DockerRegistry::Access::htpasswd)
        text += "auth: {htpasswd: {realm: test, path: " + (directory / "htpasswd").string() + "}}\n";
    return text;
}

std::string path_of(const std::string& location) {
    const auto authority = location.find("://");
    return authority == std::string::npos ? location : location.substr(location.find('/', authority + 3));
}

} // namespace

std::optional<std::filesystem::path> DockerRegistry::program() {
    const auto runs = [](const std::filesystem::path& path) { return ::access(path.c_str(), X_OK) == 0; };
    if (const char* named = std::getenv("CODEMATE_TEST_DOCKER_REGISTRY"); named && *named) return named;
    const std::filesystem::path unpacked = CODEMATE_SOURCE_DIR "/build/test-programs/usr/bin/docker-registry";
    if (runs(unpacked)) return unpacked;
    const char* search = std::getenv("PATH");
    for (const auto directory : split(search ? search : "", ':')) {
        const auto path = std::filesystem::path(directory) / "docker-registry";
        if (!directory.empty() && runs(path)) return path;
    }
    return std::nullopt;
}

std::string DockerRegistry::absence() {
    return "skipped on a real registry: no docker-registry here; scripts/test.sh unpacks Debian's, or name one in "
           "CODEMATE_TEST_DOCKER_REGISTRY";
}

DockerRegistry::DockerRegistry(Access access) {
    if (!program()) throw std::runtime_error(absence());
    if (access == Access::htpasswd) {
        directory_.write("htpasswd", std::string(user) + ':' + std::string(hash) + '\n');
        authorization_ = "Basic " + to_base64(std::string(user) + ':' + std::string(password));
    }
    for (int attempt = 1; !start(access); ++attempt) {
        const std::string said = process_->out() + process_->err();
        if (attempt == most_starts || said.find("address already in use") == std::string::npos)
            throw std::runtime_error("docker-registry did not start:\n" + said);
    }
}

bool DockerRegistry::start(Access access) {
    port_ = free_port();
    const auto file = directory_.write("config.yml", configuration(directory_, port_, access));
    process_ = std::make_unique<Process>(Command{.argv = {program()->string(), "serve", file.string()}});
    return process_->wait_for("listening on ");
}

RawReply DockerRegistry::ask(RawRequest request, int wanted) const {
    if (!authorization_.empty()) request.headers.emplace_back("Authorization", authorization_);
    auto reply = exchange(port_, request);
    if (reply.status != wanted) {
        throw std::runtime_error(request.method + ' ' + request.path + ": " + std::to_string(reply.status) + ' ' +
                                 reply.body());
    }
    return reply;
}

void DockerRegistry::push_blob(std::string_view repository, const Digest& digest, const std::string& content) const {
    const std::string base = "/v2/" + std::string(repository) + "/blobs/uploads/";
    const auto begun = ask({.method = "POST", .path = base, .body = ""}, 202);
    const std::string* location = begun.header("Location");
    if (!location) throw std::runtime_error("the upload has no address");
    ask({.method = "PUT",
         .path = path_of(*location) + "&digest=" + digest.text(),
         .headers = {{"Content-Type", "application/octet-stream"}},
         .body = content},
        201);
}

void DockerRegistry::push(std::string_view repository, std::string_view tag, const FakeRegistry::Model& model) const {
    for (const auto& [digest, content] : model.blobs)
        push_blob(repository, digest, content);
    ask({.method = "PUT",
         .path = "/v2/" + std::string(repository) + "/manifests/" + std::string(tag),
         .headers = {{"Content-Type", "application/vnd.docker.distribution.manifest.v2+json"}},
         .body = model.manifest},
        201);
}

void DockerRegistry::remove_blob(std::string_view repository, const Digest& digest) const {
    ask({.method = "DELETE", .path = "/v2/" + std::string(repository) + "/blobs/" + digest.text()}, 202);
}

} // namespace codemate::test
