#include "http/exchange.hpp"

#include "http/failure.hpp"
#include "http/incoming.hpp"
#include "http/sending.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace codemate::http {

namespace {

constexpr auto longest_wait = std::chrono::milliseconds(1000);
constexpr int most_reads_a_round =
    64; // of a paced stream: a sender that is faster than we are must not keep us for ever

class Exchange {
public:
    Exchange(CurlHandle& handle, const Request& request, const Receiver& receiver, const Stop& stop)
        : multi_(handle.multi.get()), easy_(handle.easy), request_(request), stop_(stop),
          incoming_(receiver, request.body_limit) {
        incoming_.attach(easy_);
        if (request.upload) sending_.emplace(*request.upload, request.method).attach(easy_);
        set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
        check_multi(curl_multi_add_handle(multi_, easy_.get()));
    }
    ~Exchange() {
        curl_multi_remove_handle(multi_, easy_.get()); // closes the connection if the answer is not complete
        curl_easy_setopt(easy_.get(), CURLOPT_ERRORBUFFER, nullptr);
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Response run();

private:
    std::optional<CURLcode> read();
    std::optional<CURLcode> result();
    void wait(bool something_came);
    void pause(Duration) const;
    void judge(CURLcode) const;
    void check_silence() const;

    CURLM* multi_;
    const Easy& easy_;
    const Request& request_;
    const Stop& stop_;
    Incoming incoming_;
    std::optional<Sending> sending_;
    SteadyTime last_read_ = std::chrono::steady_clock::now();
    std::array<char, CURL_ERROR_SIZE> error_text_{};
};

Response Exchange::run() {
    const std::stop_callback wake(stop_, [this] { curl_multi_wakeup(multi_); });
    while (!incoming_.dropped()) {
        const ByteCount before = incoming_.received();
        if (const auto code = read()) {
            judge(*code);
            break;
        }
        throw_if_stopped(stop_);
        incoming_.beat();
        check_silence();
        if (!incoming_.dropped()) wait(incoming_.received() != before);
    }
    return incoming_.take();
}

// Reads what is there; a paced stream is read empty, because a pause follows.
std::optional<CURLcode> Exchange::read() {
    for (int round = 0; round < most_reads_a_round; ++round) {
        const ByteCount before = incoming_.received();
        int running = 0;
        check_multi(curl_multi_perform(multi_, &running));
        if (const auto code = result()) return code;
        const bool more = request_.read_pace > Duration::zero() && incoming_.received() != before;
        if (!more || stop_.stop_requested()) break;
    }
    return std::nullopt;
}

std::optional<CURLcode> Exchange::result() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return std::nullopt;
}

void Exchange::wait(bool something_came) {
    if (something_came && request_.read_pace > Duration::zero()) {
        const SteadyTime now = std::chrono::steady_clock::now();
        const Duration early = last_read_ + request_.read_pace - now;
        if (early > Duration::zero()) pause(early);
        last_read_ = now + std::max(early, Duration::zero());
        if (early > Duration::zero()) return; // more may be there by now
    }
    const auto most = std::min<Duration>(incoming_.until_next_beat(), longest_wait);
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(most).count();
    check_multi(curl_multi_poll(multi_, nullptr, 0, static_cast<int>(rounded), nullptr));
}

void Exchange::pause(Duration span) const {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop_, span, [] { return false; });
}

void Exchange::check_silence() const {
    if (!request_.silence || incoming_.silent_for() <= *request_.silence) return;
    if (sending_ && sending_->idle_for() <= *request_.silence) return;
    throw silent(request_, incoming_.received());
}

void Exchange::judge(CURLcode code) const {
    incoming_.rethrow();
    if (sending_) sending_->rethrow();
    if (code == CURLE_OK || incoming_.dropped()) return;
    throw_if_stopped(stop_);
    long os_error = 0;
    curl_off_t sent_after = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
    curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sent_after);
    throw failure({.code = code,
                   .request = request_,
                   .os_error = static_cast<int>(os_error),
                   .text = error_text_.data(),
                   .connected = sent_after > 0,
                   .answered = incoming_.response().status != 0,
                   .received = incoming_.received()});
}

} // namespace

Response exchange(CurlHandle& handle, const Request& request, const Receiver& receiver, const ClientOptions& options,
                  const Trust& trust, const Stop& stop) {
    throw_if_stopped(stop);
    if (request.url.scheme == "https") require_certificates(trust, request.url);
    const List headers = prepare(handle.easy, request, options, trust);
    return Exchange(handle, request, receiver, stop).run();
}

} // namespace codemate::http
