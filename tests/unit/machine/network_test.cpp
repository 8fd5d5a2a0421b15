#include "support/catch.hpp"

#include "codemate/machine/network.hpp"

#include <algorithm>
#include <arpa/inet.h>

using namespace codemate;

TEST_CASE("this machine is reached from itself by its loopback address") {
    CHECK(machine::addresses_towards("127.0.0.1", 11434) == std::vector<std::string>{"127.0.0.1"});
    CHECK(machine::addresses_towards("localhost", 80) == std::vector<std::string>{"127.0.0.1"});
}

TEST_CASE("nothing leads to a host that is none") {
    CHECK(machine::addresses_towards("::1", 11434).empty()); // no place in a model's name
    CHECK(machine::addresses_towards("a name with spaces", 1).empty());
}

TEST_CASE("addresses of bridges are IPv4 literals") {
    CHECK(std::ranges::all_of(machine::bridge_addresses(), [](const std::string& address) {
        in_addr parsed{};
        return ::inet_pton(AF_INET, address.c_str(), &parsed) == 1;
    }));
}
