#pragma once

#include "cli/commands/benchmark/render.hpp"

#include <string>
#include <vector>

// What all forms of a benchmark say in the same words.
namespace codemate::cli::benchmark {

std::string number(double); // three digits, and all of those before the point
std::string milliseconds(Duration);
std::string share_on_gpu(ByteCount memory, ByteCount gpu); // "62 %"; "-" where the memory is not known

// "80.1 (79.9 to 80.3)": the median, and the interval that holds it with 95 % confidence, where there is one.
std::string with_interval(const statistics::Summary&);

std::string flaws_text(const lifecycle::benchmark::Item&); // "2 busy, 1 short_answer"; empty: every run counted

// Where the gate failed because the model became slower: the runs that would tell why. Else nothing.
std::vector<std::string> ways_to_tell(const Row&);

// What is to be said of a measurement beside its figures, a sentence each: runs that did not count, what disturbed it,
// broken promises, advice, the comparison with the baseline, the gate's verdict. Fit for a terminal.
std::vector<std::string> remarks(const Row&);

} // namespace codemate::cli::benchmark
