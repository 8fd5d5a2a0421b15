#pragma once

#include "support/fake_registry.hpp"
#include "support/process.hpp"
#include "support/raw_http.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::test {

// Debian's docker-registry (distribution), a real registry, on loopback with an empty store. Ends with the object.
class DockerRegistry {
public:
    enum class Access { open, htpasswd };
    static constexpr std::string_view user = "me", password = "correct horse";

    // Where the program is: CODEMATE_TEST_DOCKER_REGISTRY, what scripts/test.sh unpacked, or PATH. Nothing: it is not
    // there, and absence() says what to do about that.
    static std::optional<std::filesystem::path> program();
    static std::string absence();

    explicit DockerRegistry(Access = Access::open); // throws std::runtime_error with its output where it does not start

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); } // as the host of a model's name
    std::string url() const { return "http://" + address(); }

    // Blobs and manifest by its HTTP interface; also over another one: the tag has moved. Throws std::runtime_error.
    void push(std::string_view repository, std::string_view tag, const FakeRegistry::Model&) const;
    void remove_blob(std::string_view repository, const Digest&) const;

private:
    bool start(Access);
    RawReply ask(RawRequest, int wanted) const;
    void push_blob(std::string_view repository, const Digest&, const std::string& content) const;

    TempDir directory_;
    std::uint16_t port_ = 0;
    std::string authorization_;
    std::unique_ptr<Process> process_;
};

} // namespace codemate::test
