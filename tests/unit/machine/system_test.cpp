#include "support/catch.hpp"

#include "codemate/machine/system.hpp"

#include <sys/stat.h>

using namespace codemate;

TEST_CASE("the umask is told, and not changed") {
    const mode_t before = ::umask(027);
    CHECK(machine::hidden_modes() == 027);
    CHECK(machine::hidden_modes() == 027);
    CHECK(::umask(before) == 027);
}

TEST_CASE("the boot has a name, always the same one") {
    CHECK(machine::boot_id() == machine::boot_id());
    CHECK(machine::boot_id().find_first_not_of("0123456789abcdef-") == std::string::npos);
}
