#include "http/sending.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>
#include <cstdio>

namespace codemate::http {

namespace {

constexpr long buffer_size = 256L << 10;

} // namespace

void Sending::attach(const Easy& easy) {
    set(easy, CURLOPT_UPLOAD, 1L);
    set(easy, CURLOPT_CUSTOMREQUEST, method_.c_str());
    set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(upload_.size));
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
    set(easy, CURLOPT_READFUNCTION, &Sending::read);
    set(easy, CURLOPT_READDATA, static_cast<void*>(this));
    // A kept-alive connection may turn out to be closed when part of the body is gone: then it is sent once more.
    set(easy, CURLOPT_SEEKFUNCTION, &Sending::seek);
    set(easy, CURLOPT_SEEKDATA, static_cast<void*>(this));
}

std::size_t Sending::read(char* into, std::size_t size, std::size_t count, void* self) noexcept {
    auto& sending = *static_cast<Sending*>(self);
    const std::size_t room = std::min<std::uint64_t>(size * count, sending.upload_.size - sending.offset_);
    if (room == 0) return 0;
    try {
        const std::size_t filled = sending.upload_.read(sending.offset_, {into, room});
        if (filled == 0) throw Error(Kind::defect, "a body ends before its length");
        sending.offset_ += filled;
        sending.last_ = std::chrono::steady_clock::now();
        return filled;
    } catch (...) {
        sending.thrown_ = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

int Sending::seek(void* self, curl_off_t offset, int origin) noexcept {
    auto& sending = *static_cast<Sending*>(self);
    if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > sending.upload_.size)
        return CURL_SEEKFUNC_FAIL;
    sending.offset_ = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
}

Duration Sending::idle_for() const {
    return std::chrono::steady_clock::now() - last_;
}

void Sending::rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
}

} // namespace codemate::http
