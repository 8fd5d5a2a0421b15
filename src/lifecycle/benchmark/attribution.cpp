// What a run would have to keep as it was before to tell which of several changes made a model slower.
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/benchmark.hpp"

namespace codemate::lifecycle::benchmark {
namespace {

double share_on_gpu(const state::Benchmark& benchmark) {
    return benchmark.memory == ByteCount()
               ? 0
               : static_cast<double>(benchmark.memory_gpu.count()) / static_cast<double>(benchmark.memory.count());
}

} // namespace

std::vector<std::string> runs_to_tell_apart(const state::Benchmark& before, const state::Benchmark& now) {
    std::vector<std::string> runs;
    if (before.digest && now.digest && before.digest != now.digest) {
        runs.push_back("the content: `codemate pull " + now.name.display_short() + "@sha256:" + before.digest->id() +
                       " --force`, then the same again");
    }
    if (before.server_version != now.server_version && before.server == now.server) {
        runs.push_back("the server: start Ollama " + printable(before.server_version, 60) +
                       " on another port beside it, and add --against http://HOST:PORT");
    } else if (before.server != now.server) {
        runs.push_back("the server: both in turn, with --against");
    }
    if (before.num_ctx != now.num_ctx)
        runs.push_back("the context: the same with --num-ctx " + std::to_string(before.num_ctx));
    constexpr double a_hundredth = 0.01;
    if (share_on_gpu(before) - share_on_gpu(now) > a_hundredth)
        runs.push_back("the share on the GPU: the same with no other model loaded (`codemate show` says what is)");
    if (before.driver != now.driver) runs.push_back("the driver: the same under the former one");
    if (before.load_average && now.load_average && *now.load_average - *before.load_average >= 1)
        runs.push_back("the load of the machine: the same when nothing else runs");
    if (runs.empty()) runs.push_back("nothing else is known to have changed: the same with --runs 20");
    return runs;
}

} // namespace codemate::lifecycle::benchmark
