#pragma once

#include "codemate/base/run.hpp"
#include "codemate/ui/out.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Events in one line each, and an Out that keeps what it is given.
namespace codemate::test {

inline Event begin(std::string item, std::string text, std::uint64_t total = 0) {
    return {Event::Type::begin, std::move(item), std::move(text), ByteCount(), ByteCount(total), false};
}
inline Event stage(std::string item, std::string text) {
    return {Event::Type::stage, std::move(item), std::move(text), ByteCount(), ByteCount(), false};
}
inline Event amount(std::string item, std::uint64_t done, std::uint64_t total = 0) {
    return {Event::Type::amount, std::move(item), "", ByteCount(done), ByteCount(total), false};
}
inline Event note(std::string item, std::string text) {
    return {Event::Type::note, std::move(item), std::move(text), ByteCount(), ByteCount(), false};
}
inline Event end(std::string item, std::string text) {
    return {Event::Type::end, std::move(item), std::move(text), ByteCount(), ByteCount(), false};
}
inline Event failure(std::string item, std::string text) {
    return {Event::Type::end, std::move(item), std::move(text), ByteCount(), ByteCount(), true};
}

constexpr std::uint64_t MB = 1'000'000;
constexpr std::uint64_t GB = 1'000'000'000;

class CaughtOut final : public ui::Out {
public:
    explicit CaughtOut(Reader reader = Reader::any) : ui::Out(-1, Failure::error, reader) {}
    std::string take() {
        std::string text;
        text.swap(caught);
        return text;
    }

    std::string caught;
    std::size_t writes = 0;

private:
    void put(std::string_view text) override {
        ++writes;
        caught += text;
    }
};

} // namespace codemate::test
