#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <memory>
#include <string>
#include <vector>

namespace codemate::machine {

struct Program {
    std::vector<std::string> command; // its name, looked for in PATH, and its arguments; no shell reads them
    std::string input = {};           // on its standard input, which then ends
    Duration patience = std::chrono::seconds(30);
    ByteCount limit{std::uint64_t{1} << 20}; // of its output
    enum class Errors { dropped, kept };     // kept: standard error goes into the output
    Errors errors = Errors::dropped;
};

struct Finished {
    int status = 0;     // 128 + signal, as shells say it, if one ended it
    std::string output; // its standard output, and standard error where that is kept
};

// Runs other programs.
class Programs {
public:
    virtual ~Programs() = default;

    // Waits for its end, whatever its status. Throws Error{not_found} where there is no such program, Error{failed} for
    // one that does not end in time or writes too much (it is killed then), and Interrupted.
    virtual Finished run(const Program&, Stop) = 0;
};

std::unique_ptr<Programs> make_programs();

} // namespace codemate::machine
