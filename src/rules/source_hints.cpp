#include "codemate/rules/source_hints.hpp"

namespace codemate::rules {

void add_hint(Error& error, const OneSource& from) {
    if (error.kind() == Kind::not_found && error.hint().empty()) error.hint("bring the whole model to " + from.where);
    if (error.kind() == Kind::damaged) error.hint("what " + from.where + " has of it is damaged: bring it there again");
}

bool is_address(const OneSource& from) {
    return from.where.find("://") != std::string::npos;
}

void ask_for_path(Error& error) {
    error.hint("none of the models is there: is the path right? with --from nothing else is asked");
}

} // namespace codemate::rules
