#include "download/reading.hpp"

#include "codemate/base/backoff.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <exception>

namespace codemate::download {
namespace {

// A registry that sends fast comes in larger pieces. Of one that drips nothing would be heard until a block is whole.
constexpr std::size_t slow_piece = std::size_t{32} << 10;

bool is_of_registry(const Error& error) {
    return error.kind() != Kind::storage && error.kind() != Kind::defect;
}

} // namespace

// Makes blocks of a stream, and leaves out those that are there already. What goes wrong with the disk is no failure of
// the registry's, which would get hints about networks: it is kept, and thrown afterwards.
class Reading::Filler {
public:
    Filler(Assembly& assembly, const Options& options, Tally& tally, const Stop& stop, std::uint64_t first,
           Passes passes)
        : assembly_(assembly), options_(options), tally_(tally), stop_(stop), at_(first), passes_(passes),
          buffer_(assembly.buffer()) {}

    http::Flow take(std::string_view bytes) {
        try {
            if (options_.pace) options_.pace(ByteCount(bytes.size()), stop_);
            tally_.fetched += bytes.size();
            const bool is_slow = bytes.size() < slow_piece;
            while (!bytes.empty())
                bytes.remove_prefix(add(bytes));
            if (is_slow) assembly_.tell_again();
            return http::Flow::go_on;
        } catch (...) {
            failure_ = std::current_exception();
            return http::Flow::drop;
        }
    }
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }
    bool brought_something() const { return put_ > 0; }

private:
    std::size_t add(std::string_view bytes) {
        const std::uint64_t block = at_ / assembly_.block_size();
        const registry::ByteRange range = assembly_.range_of(block);
        const auto count = std::min<std::uint64_t>(bytes.size(), range.first + range.count - at_);
        const bool is_missing = passes_ == Passes::what_is_missing || !assembly_.has(block);
        if (is_missing) {
            // While it is in the processor's cache.
            assembly_.write(at_, bytes.substr(0, count));
            buffer_.append(bytes.substr(0, count));
        }
        at_ += count;
        if (at_ == range.first + range.count && is_missing) {
            assembly_.put(block, std::move(buffer_));
            buffer_ = assembly_.buffer();
            ++put_;
        }
        return count;
    }

    Assembly& assembly_;
    const Options& options_;
    Tally& tally_;
    const Stop& stop_;
    std::uint64_t at_;
    Passes passes_;
    std::string buffer_;
    std::exception_ptr failure_;
    std::size_t put_ = 0;
};

Reading::Reading(const Wanted& wanted, const ModelName& place, registry::Registry& registry, Assembly& assembly,
                 const Options& options, int retries, Tally& tally)
    : wanted_(wanted), place_(place), registry_(registry), assembly_(assembly), options_(options), retries_(retries),
      tally_(tally) {}

void Reading::run(const Stop& stop) {
    const std::stop_callback chain(stop, [this] { ended_.request_stop(); });
    at_work_ = std::clamp<std::size_t>(assembly_.parts_missing(), 1, std::max<std::size_t>(options_.connections, 1));
    const std::size_t count = at_work_;
    for_each_parallel(count, count, [&](std::size_t) { work(stop); });
    throw_if_stopped(stop);
    if (assembly_.complete()) return;
    if (ranges_ignored_) {
        ended_ = {};
        const std::stop_callback again(stop, [this] { ended_.request_stop(); });
        stream();
        return;
    }
    throw error_.value_or(Error(Kind::defect, "a download ended early"));
}

void Reading::work(const Stop& user) {
    try {
        int useless = 0;
        while (const auto stretch = assembly_.take(ended_.get_token())) {
            bool brought = false;
            try {
                receive(stretch->range, Passes::what_is_missing, brought);
                assembly_.give_back(*stretch);
                useless = 0;
                if (stretch->range.first > 0) ranges_work_ = true;
            } catch (const Error& error) {
                assembly_.give_back(*stretch);
                if (!is_of_registry(error)) throw;
                if (error.kind() == Kind::protocol && stretch->range.first > 0 && !ranges_work_) return ignore_ranges();
                useless = brought ? 1 : useless + 1;
                if (!try_again(error, useless)) return give_up(error);
            } catch (...) {
                assembly_.give_back(*stretch);
                throw;
            }
        }
    } catch (const Interrupted&) {
        if (user.stop_requested()) throw;
    } catch (...) {
        ended_.request_stop();
        throw;
    }
}

void Reading::receive(registry::ByteRange range, Passes passes, bool& brought) {
    const Stop stop = ended_.get_token();
    Filler filler(assembly_, options_, tally_, stop, range.first, passes);
    const auto take = [&](std::string_view bytes) { return filler.take(bytes); };
    try {
        registry_.read_blob(place_, wanted_.digest, range, take, stop);
    } catch (...) {
        brought = filler.brought_something();
        filler.rethrow();
        throw;
    }
    brought = filler.brought_something();
    filler.rethrow();
}

// One connection, from the beginning: what is there already passes by.
void Reading::stream() {
    if (options_.note)
        options_.note(asked_at(place_, options_) + " ignores ranges: the whole comes over one connection");
    for (int useless = 0; !assembly_.complete();) {
        bool brought = false;
        try {
            receive({0, wanted_.size.count()}, Passes::the_whole, brought);
        } catch (const Error& error) {
            useless = brought ? 1 : useless + 1;
            if (!is_of_registry(error) || !try_again(error, useless)) throw;
        }
    }
}

bool Reading::try_again(const Error& error, int useless) {
    // A registry whose ranges have worked has been disturbed by something on the way.
    const bool passing = error.kind() == Kind::protocol && ranges_work_;
    const Error judged = passing ? Error(Kind::unreachable, error.message()) : error;
    const auto wait = backoff(judged, useless, retries_, options_.random());
    if (!wait) return false;
    ++tally_.retried;
    {
        const std::lock_guard lock(mutex_);
        if (options_.note && noted_ != error.message())
            options_.note(error.message() + "; trying again in " + to_text(*wait));
        noted_ = error.message();
    }
    options_.wait(*wait, ended_.get_token());
    return true;
}

// The others go on where there is hope, as at a registry that lets fewer connections in.
void Reading::give_up(const Error& error) {
    const std::lock_guard lock(mutex_);
    error_ = error;
    if (--at_work_ == 0 || !worth_retrying(error.kind())) ended_.request_stop();
}

void Reading::ignore_ranges() {
    const std::lock_guard lock(mutex_);
    ranges_ignored_ = true;
    ended_.request_stop();
}

} // namespace codemate::download
