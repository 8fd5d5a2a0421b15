#include "relay/connection.hpp"

#include "codemate/base/diagnostics.hpp"

namespace codemate::relay {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

} // namespace

std::optional<SteadyTime> Connection::until() const {
    if (state_ == State::reading || state_ == State::answering) return until_;
    return std::nullopt;
}

void Connection::read(const Front& front, Book& book, SteadyTime now) {
    const Moved got = receive(socket_, unread_, limits_.head_size);
    if (got.end == Moved::End::closed) return close();
    proceed(front, book, now);
}

void Connection::write(const Front& front, Book& book, SteadyTime now) {
    if (flush(now)) proceed(front, book, now);
}

// As far as it goes without waiting: several requests may have come at once.
void Connection::proceed(const Front& front, Book& book, SteadyTime now) {
    while (state_ == State::reading && take_request(front, book, now)) {
        if (state_ == State::answering && !flush(now)) return;
    }
}

// False: there is none yet.
bool Connection::take_request(const Front& front, Book& book, SteadyTime now) {
    const auto end = unread_.find(end_of_head);
    const bool too_long = end == std::string::npos && unread_.size() >= limits_.head_size;
    if (end == std::string::npos && !too_long) return false;
    const auto request = too_long ? std::nullopt : parse_request(std::string_view(unread_).substr(0, end));
    unread_.erase(0, too_long ? unread_.size() : end + end_of_head.size());
    reply_ = front.answer(request, book.redirects());
    book.note(reply_);
    if (!reply_.to_a_stranger()) known_ = true;
    sent_ = 0;
    until_ = now + limits_.stuck;
    state_ = reply_.carriage ? State::waiting : State::answering;
    return true;
}

// True: all of the answer has gone, and another request may come.
bool Connection::flush(SteadyTime now) {
    while (sent_ < reply_.head.size() + reply_.body.size()) {
        const bool head = sent_ < reply_.head.size();
        const auto rest =
            head ? std::string_view(reply_.head).substr(sent_) : reply_.body.substr(sent_ - reply_.head.size());
        const Moved sent = send_some(socket_, rest, head && !reply_.body.empty() ? More::comes : More::none);
        if (sent.end == Moved::End::closed) {
            close();
            return false;
        }
        if (sent.end == Moved::End::later) return false;
        sent_ += sent.count;
        until_ = now + limits_.stuck;
    }
    if (reply_.then == Request::Then::close) {
        close();
        return false;
    }
    state_ = State::reading;
    until_ = now + limits_.idle;
    return true;
}

void Connection::close() {
    if (carrier_.joinable()) {
        carrier_.request_stop();
        shut_down(socket_);
        return; // the end of the thread is the end of the connection
    }
    state_ = State::closed;
}

void Connection::carry(const Outside& outside) {
    state_ = State::carrying;
    complete_ = false;
    carrier_ = std::jthread([this, outside](const Stop& stop) {
        send_content(outside, stop);
        outside.ended();
    });
}

void Connection::end_carrying(const Front& front, Book& book, SteadyTime now) {
    const bool stopped = carrier_.get_stop_token().stop_requested();
    carrier_.join();
    carrier_ = {};
    if (!complete_ || stopped || reply_.then == Request::Then::close) return close();
    state_ = State::reading;
    until_ = now + limits_.idle;
    proceed(front, book, now);
}

// The carrier's thread. Whatever goes wrong, the client sees that the connection ends before the part does, and asks
// again.
void Connection::send_content(const Outside& outside, const Stop& stop) {
    const Carriage& what = *reply_.carriage;
    const More more = what.part.count > 0 ? More::comes : More::none;
    bool gone = send_all(socket_, reply_.head, limits_.stuck, more) < reply_.head.size();
    const auto pass = [&](std::string_view bytes) {
        while (!bytes.empty() && !gone) {
            const auto some = bytes.substr(0, outside.book.wait_for_turn(ByteCount(bytes.size()), stop).count());
            outside.book.note_carried(ByteCount(some.size()));
            const std::size_t sent = send_all(socket_, some, limits_.stuck);
            outside.book.note_lost(ByteCount(some.size() - sent));
            gone = sent < some.size();
            bytes.remove_prefix(some.size());
        }
        return gone ? http::Flow::drop : http::Flow::go_on;
    };
    try {
        if (!gone) outside.registry.read_blob(what.place, what.digest, what.part, pass, stop);
        complete_ = !gone;
    } catch (const Interrupted&) { // the client has gone, or the relay ends
    } catch (const Error& error) {
        diagnostics::debug("relay: " + error.message());
        outside.book.note_failure(error);
    } catch (const std::exception& error) {
        outside.book.note_failure(Error(Kind::defect, error.what()));
    }
}

} // namespace codemate::relay
