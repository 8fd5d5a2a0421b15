#pragma once

#include "cli/world.hpp"

// A sandbox with a model whose speed is known.
namespace codemate::test {

struct BenchmarkWorld : World {
    BenchmarkWorld() {
        set("CODEMATE_REGISTRY", sandbox.url());
        sandbox.pull("mistral:latest");
        sandbox.set_fault("decode-rate=4000");
        sandbox.set_fault("prefill-rate=50000");
        sandbox.set_fault("load-time=60ms");
    }
    Finished bench(Arguments more) const {
        Arguments words{"bench", "--tokens", "16", "--prompt-tokens", "64", "mistral"};
        words.insert(words.end(), more.begin(), more.end());
        return codemate(words);
    }
};

} // namespace codemate::test
