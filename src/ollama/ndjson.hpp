#pragma once

#include "codemate/ollama/server.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace codemate::ollama {

// Lines of a stream that comes in pieces cut anywhere. Ends at \n only, a \r before it is dropped, empty lines are left
// out.
class LineSplitter {
public:
    // Calls `on_line` for each line that these bytes complete; drop: it wanted no more, the rest is forgotten. Throws
    // Error{protocol} for a line beyond all reason.
    Flow feed(std::string_view bytes, const std::function<Flow(std::string_view)>& on_line);

    std::string_view rest() const { return begun_; } // of the last line, without its end

private:
    std::string begun_;
};

} // namespace codemate::ollama
