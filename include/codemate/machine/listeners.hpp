#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::machine {

// A TCP port of this machine on which somebody listens.
struct ListeningSocket {
    std::string host; // one that reaches it from here: of 0.0.0.0 and [::] that is loopback; IPv6 in brackets
    std::uint16_t port = 0;
    std::uint32_t user = 0;
    std::uint64_t inode = 0;
    bool operator==(const ListeningSocket&) const = default;
};
// Of /proc/net/tcp or /proc/net/tcp6. Lines that are none of this form say nothing. Pure.
std::vector<ListeningSocket> parse_listening(std::string_view table);

struct Listener {
    std::string address; // "127.0.0.1:11434"
    bool certain = true; // false: its process's files are not ours to see, only that its user listens there
    bool operator==(const Listener&) const = default;
};
// Where processes listen whose program has a name that begins so ("ollama-0.24.0" is one of Ollama, too), as far as
// /proc tells; each address once.
std::vector<Listener> listeners_of(std::string_view program, const std::filesystem::path& proc = "/proc");

} // namespace codemate::machine
