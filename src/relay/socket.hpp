#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace codemate::relay {

// A descriptor, closed at the end.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_ = -1;
};

// Throws Error{usage} for what is no IPv4 address of one machine, Error{unreachable} where it cannot be bound.
Descriptor listen_on(const std::string& address, std::uint16_t port);
std::uint16_t port_of(const Descriptor&);

// A connection that waits; nothing where none does. `exhausted`: there is no descriptor for it.
struct Accepted {
    Descriptor socket;
    bool exhausted = false;
};
Accepted accept_from(const Descriptor& listener);

// None of these waits. What cannot be read or written at the moment is `later`; everything that ends a connection is
// `closed`.
struct Moved {
    enum class End { done, later, closed } end = End::done;
    std::size_t count = 0;
};
Moved receive(const Descriptor&, std::string& into, std::size_t limit);
enum class More { comes, none };
Moved send_some(const Descriptor&, std::string_view, More = More::none);

// Sends all of it, waiting for a reader who takes something within that time again and again. How much has gone: less
// where it does not, or is gone.
std::size_t send_all(const Descriptor&, std::string_view, Duration patience, More = More::none);

void shut_down(const Descriptor&); // whoever waits for it wakes up

// Wakes up who polls it.
class Bell {
public:
    Bell();
    void ring() const;
    void quiet() const;
    int number() const { return descriptor_.number(); }

private:
    Descriptor descriptor_;
};

} // namespace codemate::relay
