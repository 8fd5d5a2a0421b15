#include "support/sandbox.hpp"

#include "support/raw_http.hpp"

#include <cstdlib>
#include <stdexcept>

namespace codemate::test {
namespace {

Command command_for(const Sandbox::Options& options, const std::filesystem::path& store) {
    Command command{.argv = {CODEMATE_SANDBOX_PROGRAM, "--port", "0", "--store", store.string()}};
    if (!options.catalog.empty()) command.argv.insert(command.argv.end(), {"--catalog", options.catalog.string()});
    for (const auto& fault : options.faults)
        command.argv.insert(command.argv.end(), {"--fault", fault});
    command.argv.insert(command.argv.end(), options.more.begin(), options.more.end());
    return command;
}

std::uint16_t port_in(const Process& process) {
    constexpr std::string_view before = "listening on http://127.0.0.1:";
    if (!process.wait_for("\nregistry http://"))
        throw std::runtime_error("codemate-sandbox did not start:\n" + process.out() + process.err());
    const std::string out = process.out();
    if (!out.starts_with(before)) throw std::runtime_error("codemate-sandbox's first line is another:\n" + out);
    return static_cast<std::uint16_t>(std::stoul(out.substr(before.size())));
}

void must_succeed(const RawReply& reply, std::string_view what) {
    if (reply.status != 200)
        throw std::runtime_error(std::string(what) + ": " + std::to_string(reply.status) + " " + reply.body());
}

} // namespace

Sandbox::Sandbox(const Options& options)
    : store_(options.store.empty() ? directory_ / "models" : options.store), process_(command_for(options, store_)),
      port_(port_in(process_)) {}

void Sandbox::set_fault(std::string_view fault) const {
    must_succeed(exchange(port_, {.method = "POST", .path = "/sandbox/faults", .body = std::string(fault)}), fault);
}

void Sandbox::clear_fault(std::string_view name) const {
    must_succeed(exchange(port_, {.method = "DELETE", .path = "/sandbox/faults/" + std::string(name)}), name);
}

void Sandbox::clear_faults() const {
    must_succeed(exchange(port_, {.method = "DELETE", .path = "/sandbox/faults"}), "clear the faults");
}

void Sandbox::pull(std::string_view name) const {
    const auto reply =
        exchange(port_, {.method = "POST", .path = "/api/pull", .body = R"({"model":")" + std::string(name) + R"("})"});
    if (!reply.body().ends_with("{\"status\":\"success\"}\n"))
        throw std::runtime_error("cannot pull " + std::string(name) + ": " + reply.body());
}

void Sandbox::remove(std::string_view name) const {
    const std::string body = R"({"model":")" + std::string(name) + R"("})";
    must_succeed(exchange(port_, {.method = "DELETE", .path = "/api/delete", .body = body}), name);
}

void Sandbox::load(std::string_view name) const {
    const std::string body = R"({"model":")" + std::string(name) + R"("})";
    must_succeed(exchange(port_, {.method = "POST", .path = "/api/generate", .body = body}), name);
}

std::string codemate_program() {
    const char* const other = std::getenv("CODEMATE_TEST_PROGRAM");
    return other == nullptr ? CODEMATE_PROGRAM : other;
}

std::vector<std::string> faults_of_pulls() {
    const std::string help = run({.argv = {CODEMATE_SANDBOX_PROGRAM, "--help"}}).out;
    std::istringstream lines(help.substr(help.find("\nFaults: ")));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        const bool of_pulls = line.find(" pull: ") != std::string::npos || line.find(" API: ") != std::string::npos ||
                              line.find(" registry: ") != std::string::npos;
        if (line.starts_with("  ") && of_pulls) names.push_back(line.substr(2, line.find_first_of("= ", 2) - 2));
    }
    return names;
}

} // namespace codemate::test
