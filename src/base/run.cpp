#include "codemate/base/run.hpp"

namespace codemate {

void throw_if_stopped(const Stop& stop) {
    if (stop.stop_requested()) throw Interrupted{};
}

} // namespace codemate
