#include "codemate/rules/refusals.hpp"

#include "codemate/base/text.hpp"

namespace codemate::rules {
namespace {

std::string told(ByteCount bytes, Sum sum) {
    return (sum == Sum::at_least ? "at least " : "") + to_string(bytes);
}

} // namespace

Error no_room_for(ByteCount to_write, Sum sum, const std::filesystem::path& directory, ByteCount free) {
    return Error(Kind::storage, "the disk has no room for that: " + told(to_write, sum) + " would be written below " +
                                    quoted(directory.string()) + ", where " + to_string(free) + " are free; " +
                                    to_string(to_write - free) + " are lacking");
}

Error more_than_budget(ByteCount taken, Sum sum, ByteCount limit) {
    return Error(Kind::refused, "the required set would take " + told(taken, sum) + ", " + to_string(taken - limit) +
                                    " more than the manifest's budget of " + to_string(limit))
        .hint("--force pulls it all the same; raise budget.disk, or require smaller models");
}

} // namespace codemate::rules
