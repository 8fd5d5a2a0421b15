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

constexpr std::string_view note_prefix = "mark-";

std::string in_work_directory(const std::string& name) {
    return std::string(work_directory) + '/' + name;
}

void write_whole(store::Disk& disk, const std::string& path, const std::string& content, const Options& options) {
    const auto file = disk.write(path, file_ownership(disk, options));
    file->write(content);
    file->finish();
}

// Of a run that was killed before it could take it away.
void remove_old_marks(store::Disk& disk, const Stop& stop) {
    if (!disk.stat(work_directory)) return;
    for (const store::Listed& entry : disk.list(work_directory, stop).entries) {
        if (!entry.name.starts_with(note_prefix)) continue;
        if (const auto digest = Digest::parse(std::string_view(entry.name).substr(note_prefix.size())))
            disk.remove(store::blob_path(*digest));
        disk.remove(in_work_directory(entry.name));
    }
}

// A blob that no other directory has, for as long as this lives. Its name is written down before it is there, and it
// comes whole: what a kill leaves is taken away by the next run.
class Mark {
public:
    Mark(store::Disk& disk, const Options& options)
        : disk_(disk), content_(random_hex(64)), digest_(Digest::of(content_)),
          note_(in_work_directory(std::string(note_prefix) + digest_.hex())),
          fresh_(in_work_directory(std::string(note_prefix) + "new")) {
        try {
            write_whole(disk, note_, {}, options);
            write_whole(disk, fresh_, content_, options);
            disk.move(fresh_, store::blob_path(digest_));
        } catch (...) {
            take_away();
            throw;
        }
    }
    ~Mark() { take_away(); }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

    const Digest& digest() const { return digest_; }

private:
    void take_away() const noexcept {
        try {
            for (const std::string& path : {store::blob_path(digest_), fresh_, note_})
                disk_.remove(path);
        } catch (const Error& error) { // 64 bytes, which the next run removes
            diagnostics::info(error.message());
        }
    }

    store::Disk& disk_;
    std::string content_;
    Digest digest_;
    std::string note_, fresh_;
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
    remove_old_marks(disk, stop);
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
