#include "sandbox/api.hpp"
#include "sandbox/fetch.hpp"
#include "sandbox/listen.hpp"
#include "sandbox/options.hpp"
#include "sandbox/world.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace codemate::sandbox;
namespace fs = std::filesystem;

namespace {

// A models directory that goes with the program.
class TemporaryStore {
public:
    TemporaryStore() {
        std::string form = (fs::temp_directory_path() / "codemate-sandbox-XXXXXX").string();
        if (::mkdtemp(form.data()) == nullptr) codemate::throw_errno(errno, "make a directory", form);
        path_ = form;
    }
    ~TemporaryStore() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryStore(const TemporaryStore&) = delete;
    TemporaryStore& operator=(const TemporaryStore&) = delete;
    fs::path models() const { return path_ / "models"; }

private:
    fs::path path_;
};

// Blocked in all threads, waited for in one.
sigset_t block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT})
        sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return set;
}

std::vector<CatalogEntry> catalog_for(const Options& options) {
    if (options.catalog.empty()) return built_in_catalog();
    const auto text = codemate::read_file(options.catalog, codemate::ByteCount(16 << 20));
    return parse_catalog(text, options.catalog.string());
}

void print_banner(const Listener& listener, const fs::path& store) {
    const std::string url = "http://127.0.0.1:" + std::to_string(listener.port());
    const std::string text = "listening on " + url + "\nregistry " + url + "\n\nThis is a simulation (version " +
                             std::string(server_version) + "): no model in it is real.\nIts models directory is " +
                             store.string() + "\nTo use it:\n  export OLLAMA_HOST=" + url +
                             "\n  export CODEMATE_REGISTRY=" + url + "\n";
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

int serve(const Options& options) {
    const sigset_t signals = block_signals();
    std::optional<TemporaryStore> temporary;
    if (options.store.empty()) temporary.emplace();
    const fs::path store = fs::absolute(temporary ? temporary->models() : options.store).lexically_normal();
    World world({.store = store, .catalog = catalog_for(options), .waits = options.waits, .outside = make_fetch});
    for (const auto& fault : options.faults)
        world.faults.set(Fault::parse(fault));
    Listener listener(world, options.port);
    std::thread serving([&listener] { listener.run(); });
    print_banner(listener, store);
    int received = 0;
    sigwait(&signals, &received);
    listener.stop();
    serving.join();
    return 0;
}

int run(const std::vector<std::string>& arguments) {
    const auto options = parse_options(arguments);
    switch (options.what) {
    case Options::What::help:
        std::fputs(help_text().c_str(), stdout);
        return 0;
    case Options::What::version:
        std::printf("codemate-sandbox %s\n", std::string(server_version).c_str());
        return 0;
    case Options::What::serve:
        return serve(options);
    }
    return 0;
}

} // namespace

int main(int count, char** words) {
    try {
        return run({words + 1, words + count});
    } catch (const codemate::Error& error) {
        std::fprintf(stderr, "codemate-sandbox: %s\n", error.what());
        if (!error.hint().empty()) std::fprintf(stderr, "  %s\n", error.hint().c_str());
        return codemate::exit_status(error.kind());
    }
}
