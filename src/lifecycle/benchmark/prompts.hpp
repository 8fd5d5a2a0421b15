#pragma once

#include "codemate/lifecycle/benchmark.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace codemate::lifecycle::benchmark {

// The texts that one model gets, none of which begins as another: made-up words, as many as make the wanted number of
// tokens, which the answers teach; or the user's own text behind a short line that varies.
class Prompts {
public:
    // The same `variation`, the same texts.
    Prompts(const Step& step, const Options& options, std::uint64_t variation)
        : step_(step), own_(options.prompt), variation_(variation) {}

    std::string next();               // safe from several threads
    void learn(std::uint64_t tokens); // so many the last one had; not while others call

private:
    std::size_t words() const;

    const Step& step_;
    std::optional<std::string> own_;
    std::atomic<std::uint64_t> variation_;
    double tokens_per_word_ = 1.3, tokens_before_ = 0; // until it is known
    double last_words_ = 0, last_tokens_ = 0;
    bool calibrated_ = false;
};

} // namespace codemate::lifecycle::benchmark
