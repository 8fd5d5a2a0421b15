#include "lifecycle/direct/ownership.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/random.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/store/layout.hpp"

#include <optional>

namespace codemate::lifecycle::direct {
namespace {

// One that has just been started answers when it has looked through its models.
constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t most_at_once = 8;

// A blob that no other directory has, for as long as this lives.
class Mark {
public:
    Mark(store::Disk& disk, const Options& options)
        : disk_(disk), content_(random_hex(64)), digest_(Digest::of(content_)) {
        const auto file = disk_.write(store::blob_path(digest_), file_ownership(disk, options));
        file->write(content_);
        file->finish();
    }
    ~Mark() {
        try {
            disk_.remove(store::blob_path(digest_));
        } catch (const Error& error) { // 64 bytes, which the server removes when it starts
            diagnostics::info(error.message());
        }
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

    const Digest& digest() const { return digest_; }

private:
    store::Disk& disk_;
    std::string content_;
    Digest digest_;
};

struct Answer {
    bool uses = false;
    std::string doubt{};
};

Answer ask(ollama::Server& server, const Digest& mark, const Stop& stop) {
    const Deadline deadline(stop, patience);
    try {
        if (!server.has_blob(mark, deadline.stop())) return {};
        // What says yes to anything has seen nothing.
        if (server.has_blob(Digest::of(random_hex(64)), deadline.stop())) return {false, "it claims to have any blob"};
        return {true};
    } catch (const Error& error) {
        if (error.kind() == Kind::unreachable || error.kind() == Kind::not_found) return {};
        return {false, error.message()};
    } catch (const Interrupted&) {
        throw_if_stopped(stop);
        return {false, "it does not answer, as one that is just being started"};
    }
}

} // namespace

Use find_use(store::Disk& disk, const std::vector<Suspect>& suspects, const Options& options, Stop stop) {
    Use use;
    if (suspects.empty()) return use;
    std::vector<Answer> answers(suspects.size());
    {
        const Mark mark(disk, options);
        for_each_parallel(suspects.size(), most_at_once,
                          [&](std::size_t i) { answers[i] = ask(*suspects[i].server, mark.digest(), stop); });
    }
    for (std::size_t i = 0; i < suspects.size(); ++i) {
        if (answers[i].uses && use.used_by.empty()) use.used_by = suspects[i].address;
        if (!answers[i].doubt.empty()) use.doubts.push_back({suspects[i].address, answers[i].doubt});
    }
    return use;
}

} // namespace codemate::lifecycle::direct
