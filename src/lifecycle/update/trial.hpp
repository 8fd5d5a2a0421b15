#pragma once

#include "codemate/lifecycle/update.hpp"

#include <string>
#include <vector>

namespace codemate::lifecycle::update {

// What a candidate has to pass before it gets the name, the cheap checks first. Ends with the first that fails.
class Trial {
public:
    Trial(const Step& step, const Options& options, const Ports& ports, const Run& run)
        : step_(step), options_(options), ports_(ports), run_(run) {}

    // Throws Interrupted; what fails is a check.
    std::vector<Check> of(const Candidate&);

    // What is to be remembered of the model's vectors from now on; empty: it has none.
    const std::string& vectors() const { return vectors_; }

private:
    bool add(Check);
    Check content(const Candidate&);
    Check answer(const Candidate&);
    Check vector(const Candidate&);
    Check text(const Candidate&);
    Check compare_vectors(const Candidate&);
    std::string of_old(const Candidate&) const;

    const Step& step_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    ollama::Shown shown_;
    std::string vectors_;
    std::vector<Check> checks_;
};

// Why it is no good, Error{check} of the check that failed, or nothing.
std::optional<Error> failure_of(const std::vector<Check>&);

} // namespace codemate::lifecycle::update
