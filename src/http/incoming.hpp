#pragma once

#include "http/curl_handle.hpp"

#include "codemate/http/client.hpp"

#include <exception>

namespace codemate::http {

// The answer while it comes in. libcurl's callbacks end here: they are C and must not throw, so what the receiver
// throws is kept and thrown later by rethrow().
class Incoming {
public:
    Incoming(const Receiver&, ByteCount body_limit);
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;

    void attach(const Easy&); // the object must outlive the exchange

    void beat(); // tells the receiver of the silence when it has lasted long enough
    Duration until_next_beat() const;
    Duration silent_for() const; // since the last byte; how long the receiver took over it does not count
    void rethrow() const;        // what the receiver threw, or Error{protocol} for an answer beyond its limits

    bool dropped() const { return response_.dropped; }
    ByteCount received() const { return received_; } // of the body
    const Response& response() const { return response_; }
    Response take() { return std::move(response_); }

private:
    template<void (Incoming::*Take)(std::string_view)>
    static std::size_t callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    void take_header_line(std::string_view);
    void take_body(std::string_view);
    void begin_head(std::string_view status_line);
    void hand_over(const Piece&);
    bool wanted_by_receiver() const;

    const Receiver& receiver_;
    ByteCount body_limit_;
    Response response_;
    bool head_complete_ = false;
    ByteCount header_bytes_, received_;
    SteadyTime last_sign_, last_byte_;
    std::exception_ptr thrown_;
};

} // namespace codemate::http
