#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/machine/listeners.hpp"

#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace codemate;
using namespace codemate::machine;
namespace fs = std::filesystem;

namespace {

constexpr auto tcp = R"(  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 100 0 0 10 0
   2: 0100007F:A1B2 0100007F:2CAA 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0000000000000000 20 4 30 10 -1
   3: 0500000A:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 444
   4: nonsense
)";

} // namespace

TEST_CASE("the system's table says who listens where") {
    const auto sockets = parse_listening(tcp);
    CHECK(sockets == std::vector<ListeningSocket>{
                         {"127.0.0.1", 11434, 1000, 111}, {"127.0.0.1", 22, 0, 222}, {"10.0.0.5", 8080, 998, 444}});
    const auto six = parse_listening("0: 00000000000000000000000000000000:2CAA 0:0 0A 0:0 00:0 0 5 0 1\n"
                                     "1: 00000000000000000000000001000000:2CAB 0:0 0A 0:0 00:0 0 5 0 2\n"
                                     "2: 0000000000000000FFFF00000100007F:2CAC 0:0 0A 0:0 00:0 0 5 0 3\n"
                                     "3: B80D0120000000000000000001000000:2CAD 0:0 0A 0:0 00:0 0 5 0 4\n"
                                     "4: B80D01200000:2CAD 0:0 0A 0:0 00:0 0 5 0 4\n");
    REQUIRE(six.size() == 4);
    CHECK(six[0].host == "[::1]");
    CHECK(six[1].host == "[::1]");
    CHECK(six[2].host == "127.0.0.1");
    CHECK(six[3].host == "[2001:db8::1]");
    CHECK(parse_listening("").empty());
}

TEST_CASE("a process's listeners are its open sockets, or its user's where those cannot be seen") {
    const test::TempDir proc;
    proc.write("net/tcp", tcp);
    proc.write("7/comm", "ollama\n");
    fs::create_directories(proc.path() / "7/fd");
    fs::create_symlink("socket:[111]", proc.path() / "7/fd/3");
    fs::create_symlink("/dev/null", proc.path() / "7/fd/0");
    proc.write("8/comm", "sshd\n");
    fs::create_directories(proc.path() / "8/fd");
    fs::create_symlink("socket:[222]", proc.path() / "8/fd/3");
    proc.write("9/comm", "ollama\n"); // no fd: as of another user
    proc.write("9/status", "Name:\tollama\nUid:\t998\t998\t998\t998\n");
    proc.write("self/comm", "ollama\n");
    CHECK(listeners_of("ollama", proc.path()) ==
          std::vector<Listener>{{"127.0.0.1:11434", true}, {"10.0.0.5:8080", false}});
    CHECK(listeners_of("nothing", proc.path()).empty());
    CHECK(listeners_of("ollama", proc.path() / "none").empty());
}

TEST_CASE("our own listener is found on this machine") {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const std::string expected = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    const std::string name = test::read_text("/proc/self/comm");
    const auto found = listeners_of(name.substr(0, name.find('\n')));
    ::close(listener);
    CHECK(std::ranges::find(found, Listener{expected, true}) != found.end());
}
