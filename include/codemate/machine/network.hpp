#pragma once

#include <cstdint>
#include <string>
#include <vector>

// This computer's own addresses, as others may reach it. All are IPv4 literals: a model's name, in which they stand,
// has no place for IPv6 ones. Nothing is sent to find them out.
namespace codemate::machine {

// The local addresses of connections to that host, by the system's routes. Empty where none leads there, or its name is
// not known.
std::vector<std::string> addresses_towards(const std::string& host, std::uint16_t port);

// Of bridges between this machine and its containers (docker0, br-…, podman0, cni0, lxcbr0, …): what a server in a
// container can reach it by.
std::vector<std::string> bridge_addresses();

} // namespace codemate::machine
