#include "ui/progress_meter.hpp"

#include <algorithm>
#include <cmath>

namespace codemate::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto sample_distance = 200ms;
constexpr auto least_span = 1s; // a speed over less jumps about
constexpr double longest_wait = 99.0 * 3600;

double as_double(ByteCount bytes) {
    return static_cast<double>(bytes.count());
}

} // namespace

std::optional<unsigned> percent_of(ByteCount done, ByteCount total) {
    if (total == ByteCount()) return std::nullopt;
    if (done >= total) return 100;
    return std::min(99U, static_cast<unsigned>(100.0 * as_double(done) / as_double(total)));
}

std::optional<std::int64_t> seconds_for(ByteCount missing, ByteCount per_second) {
    if (missing == ByteCount() || per_second == ByteCount()) return std::nullopt;
    const double seconds = std::ceil(as_double(missing) / as_double(per_second));
    if (seconds > longest_wait) return std::nullopt;
    return static_cast<std::int64_t>(seconds);
}

std::string seconds_text(std::int64_t seconds) {
    return seconds < 10 ? std::to_string(seconds) + "s" : to_text(std::chrono::seconds(seconds));
}

std::optional<unsigned> HighWaterMark::pass(std::optional<unsigned> percent) {
    if (!percent || *percent + 1 < mark_) return std::nullopt;
    mark_ = std::max(mark_, *percent);
    return mark_;
}

void Meter::expect(ByteCount total) {
    if (!told()) total_ = total;
}

void Meter::tell(ByteCount done, ByteCount total, SteadyTime now) {
    const bool another_total = total != ByteCount() && total != total_;
    // With the total, what a new layer brings along from an earlier run or from the disk is added at once. Not
    // transferred now, it must not count as speed.
    if (another_total && told()) {
        const double jump = std::max(0.0, as_double(done) - as_double(done_));
        for (Sample& old : samples_)
            old.done += jump;
    }
    set_total(total);
    done_ = done;
    shown_ = std::max(shown_, done);
    sample(as_double(done), now);
}

void Meter::set_total(ByteCount total) {
    if (total == ByteCount()) return; // servers omit it at times; the last one told still holds
    if (total_ != ByteCount() && total > total_) grown_ = true;
    total_ = total;
}

void Meter::sample(double done, SteadyTime now) {
    const std::size_t count = samples_.size();
    if (count >= 2 && now - samples_[count - 2].at < sample_distance) {
        samples_.back() = {now, done};
    } else {
        samples_.push_back({now, done});
    }
    // One older than the window stays: it is where the window's first difference begins.
    while (samples_.size() > 2 && now - samples_[1].at >= window)
        samples_.pop_front();
}

std::optional<ByteCount> Meter::speed(SteadyTime now) const {
    if (!told()) return std::nullopt;
    const auto in_window = [now](const Sample& sample) { return now - sample.at < window; };
    auto first = std::find_if(samples_.begin(), samples_.end(), in_window);
    if (first != samples_.begin()) --first;
    const Duration span = now - first->at;
    if (span < least_span) return std::nullopt;
    const double bytes = std::max(0.0, samples_.back().done - first->done);
    return ByteCount(static_cast<std::uint64_t>(bytes / in_seconds(span)));
}

Reading Meter::read(SteadyTime now) {
    Reading reading;
    reading.done = shown_;
    reading.total = total_ == ByteCount() ? total_ : std::max(total_, shown_);
    reading.open = grown_;
    reading.percent = mark_.pass(percent_of(reading.done, reading.total));
    const bool complete = reading.total != ByteCount() && done_ >= total_;
    if (complete || reading.empty()) return reading; // nothing to wait for, or nothing known yet
    reading.per_second = speed(now);
    if (reading.per_second && !reading.open)
        reading.seconds_left = seconds_for(reading.total - done_, *reading.per_second);
    return reading;
}

} // namespace codemate::ui
