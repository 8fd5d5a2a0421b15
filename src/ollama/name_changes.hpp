#pragma once

#include "codemate/base/error.hpp"

#include <functional>
#include <mutex>

namespace codemate::ollama {

// A server that removes a name removes the directories that have become empty with it, and walks through all that are
// left. A pull, a copy or a removal that makes or looks for such a directory just then fails with "no such file or
// directory", or the removal with "directory not empty" (facts.md 3.6): what our own jobs do to names is done one at a
// time, and what meets another program's, or a pull's last step, is asked for again at once.
class NameChanges {
public:
    // Calls `change` while no other one runs. What it throws is thrown here, that failure only after three of them in a
    // row. `change` is told whether it is called again: the first call may have done what was asked.
    void one(const std::function<void(bool again)>& change);

    // The same without the wait for others, of what takes long.
    static void beside_others(const std::function<void(bool again)>& change);

private:
    std::mutex mutex_;
};

// Whether the error says that something below manifests/ had gone, or come, since the server had seen it.
bool is_of_a_changing_place(const Error&);

} // namespace codemate::ollama
