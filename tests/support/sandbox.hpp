#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

// A running codemate-sandbox: an Ollama server and a registry in one, over a models directory of its own. Ends with the
// object. Link codemate_test_programs, so that the program is built before the test runs.
class Sandbox {
public:
    struct Options {
        std::vector<std::string> faults = {}; // "slow=5MB/s", as --fault takes them
        std::filesystem::path store = {};     // empty: a new one, removed at the end
        std::filesystem::path catalog = {};   // empty: the built-in one
        std::vector<std::string> more = {};   // further arguments
    };

    Sandbox() : Sandbox(Options{}) {}
    explicit Sandbox(const Options&); // throws std::runtime_error with the program's output where it does not start

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); } // as the host of a model's name
    std::string url() const { return "http://" + address(); }     // for OLLAMA_HOST and CODEMATE_REGISTRY
    const std::filesystem::path& store() const { return store_; } // the models directory: blobs/, manifests/

    void set_fault(std::string_view fault) const;  // "stall", "status=503", "slow=1MB/s@mistral", as --fault takes them
    void clear_fault(std::string_view name) const; // "stall"
    void clear_faults() const;

    // Installs a model through the API; throws std::runtime_error with the last line where it fails.
    void pull(std::string_view name) const;
    void remove(std::string_view name) const; // likewise
    void load(std::string_view name) const;   // into memory, likewise

    Process& process() { return process_; }

private:
    TempDir directory_;
    std::filesystem::path store_;
    Process process_;
    std::uint16_t port_ = 0;
};

// The codemate that is tested: that of this build, or the one that CODEMATE_TEST_PROGRAM names, which another build has
// made, with sanitizers say.
std::string codemate_program();

// The names of all faults that a pull can meet, as the program's own help lists them.
std::vector<std::string> faults_of_pulls();

} // namespace codemate::test
