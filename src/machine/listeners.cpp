// Who listens where: /proc/net/tcp has the sockets with their inodes, /proc/PID/fd which of them a process has open.
// The latter is for its user and root alone; of other processes there is their user, and his sockets.
#include "codemate/machine/listeners.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

namespace codemate::machine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view listening = "0A"; // TCP_LISTEN
constexpr std::size_t v4_digits = 8, v6_digits = 32;

template<class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string text_of(const std::array<unsigned char, 4>& bytes) {
    std::string text;
    for (const unsigned char byte : bytes)
        text += (text.empty() ? "" : ".") + std::to_string(byte);
    return text == "0.0.0.0" ? "127.0.0.1" : text;
}

// The kernel writes each 32 bits as a number, of which a machine like this one has the first byte last.
std::optional<std::array<unsigned char, 4>> bytes_of(std::string_view digits) {
    const auto value = number<std::uint32_t>(digits, 16);
    if (!value) return std::nullopt;
    std::array<unsigned char, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<unsigned char>(*value >> (8 * i));
    return bytes;
}

std::optional<std::string> host_of(std::string_view digits) {
    if (digits.size() == v4_digits) {
        const auto bytes = bytes_of(digits);
        return bytes ? std::optional(text_of(*bytes)) : std::nullopt;
    }
    if (digits.size() != v6_digits) return std::nullopt;
    std::array<std::array<unsigned char, 4>, 4> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto bytes = bytes_of(digits.substr(i * v4_digits, v4_digits));
        if (!bytes) return std::nullopt;
        words[i] = *bytes;
    }
    constexpr std::array<unsigned char, 4> zero{}, mapped{0, 0, 0xff, 0xff};
    if (words[0] == zero && words[1] == zero && words[2] == mapped) return text_of(words[3]);
    if (words == decltype(words){}) return "[::1]"; // any of this machine's
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET6, words.data(), text.data(), text.size()) == nullptr) return std::nullopt;
    return '[' + std::string(text.data()) + ']';
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Those of the processes' sockets, and of whose sockets nobody tells us.
struct Seen {
    std::set<std::uint64_t> inodes;
    std::set<std::uint32_t> users;
};

std::optional<std::uint32_t> user_of(const fs::path& process) {
    std::istringstream status(content_of(process / "status"));
    for (std::string line; std::getline(status, line);) {
        std::uint32_t user = 0;
        if (line.starts_with("Uid:") && std::istringstream(line.substr(4)) >> user) return user;
    }
    return std::nullopt;
}

void look_at(const fs::path& process, Seen& seen) {
    std::error_code failure;
    fs::directory_iterator entry(process / "fd", failure);
    if (failure) {
        if (const auto user = user_of(process)) seen.users.insert(*user);
        return;
    }
    for (; entry != fs::directory_iterator(); entry.increment(failure)) {
        if (failure) return;
        const std::string target = fs::read_symlink(entry->path(), failure).string();
        constexpr std::string_view prefix = "socket:[";
        if (failure || !target.starts_with(prefix) || !target.ends_with(']')) continue;
        const auto digits = std::string_view(target).substr(prefix.size(), target.size() - prefix.size() - 1);
        if (const auto inode = number<std::uint64_t>(digits)) seen.inodes.insert(*inode);
    }
}

} // namespace

std::vector<ListeningSocket> parse_listening(std::string_view table) {
    std::vector<ListeningSocket> sockets;
    for (const std::string_view line : split(table, '\n')) {
        std::vector<std::string_view> words = split(line, ' ');
        std::erase(words, std::string_view());
        if (words.size() < 10 || words[3] != listening) continue;
        const std::size_t colon = words[1].find(':');
        if (colon == std::string_view::npos) continue;
        const auto host = host_of(words[1].substr(0, colon));
        const auto port = number<std::uint16_t>(words[1].substr(colon + 1), 16);
        const auto user = number<std::uint32_t>(words[7]);
        const auto inode = number<std::uint64_t>(words[9]);
        if (host && port && user && inode) sockets.push_back({*host, *port, *user, *inode});
    }
    return sockets;
}

std::vector<Listener> listeners_of(std::string_view program, const fs::path& proc) {
    Seen seen;
    std::error_code failure;
    for (fs::directory_iterator entry(proc, failure); !failure && entry != fs::directory_iterator();
         entry.increment(failure)) {
        if (!number<std::uint64_t>(entry->path().filename().string())) continue;
        if (trimmed(content_of(entry->path() / "comm")).starts_with(program)) look_at(entry->path(), seen);
    }
    std::vector<Listener> listeners;
    for (const char* table : {"net/tcp", "net/tcp6"}) {
        for (const ListeningSocket& socket : parse_listening(content_of(proc / table))) {
            const bool certain = seen.inodes.contains(socket.inode);
            if (!certain && !seen.users.contains(socket.user)) continue;
            Listener listener{socket.host + ":" + std::to_string(socket.port), certain};
            const auto same = std::ranges::find(listeners, listener.address, &Listener::address);
            if (same == listeners.end())
                listeners.push_back(std::move(listener));
            else
                same->certain = same->certain || certain;
        }
    }
    return listeners;
}

} // namespace codemate::machine
