#pragma once

#include "codemate/lifecycle/verify.hpp"

#include <map>

namespace codemate::lifecycle::verify {

// What stands in the models directory beside what the server says. Pure. Refers to the facts.
class DiskJudge {
public:
    explicit DiskJudge(const Facts&);

    // Adds what is wrong with the model's files, and what reading them showed; where no store is in reach, what
    // the server says of them.
    void judge(Row&, const Subject&) const;
    // What concerns the store as a whole, and models that are no subjects.
    void judge_rest(Report&) const;

private:
    static void judge_without_files(Row&, const Subject&);
    void judge_entry(Row&, const Subject&, const store::Entry&) const;
    void judge_oddity(Row&, const store::Oddity&) const;
    void judge_content(Row&, const store::Entry&) const;
    void judge_others(Report&) const;
    void judge_oddities(Report&) const;
    void judge_reach(Report&) const;

    const Facts& facts_;
    const Store* store_ = nullptr;
    std::map<ModelName, const store::Entry*, ServerOrder> entries_;
    std::map<ModelName, const store::Oddity*, ServerOrder> oddities_; // manifests that cannot be read
};

} // namespace codemate::lifecycle::verify
