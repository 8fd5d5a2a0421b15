#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "support/temp_dir.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/base/sha256_lanes.hpp"
#include "codemate/store/check.hpp"
#include "codemate/store/local_disk.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

using namespace codemate;
using namespace codemate::store;
using test::MemoryDisk;
using Verdict = Checked::Verdict;

namespace {

std::string noise(std::size_t size, unsigned seed) {
    std::minstd_rand random(seed);
    std::string text(size, '\0');
    for (char& byte : text)
        byte = static_cast<char>(random() >> 8U);
    return text;
}

ToCheck blob(std::string_view content) {
    return {Digest::of(content), ByteCount(content.size())};
}

Checked check_one(Disk& disk, const ToCheck& what) {
    return check_blobs(disk, std::vector{what}, {1}, {}).at(0);
}

// A blob of several pieces; `act` is done once, before the read at that offset.
Checked check_while(const std::function<void(MemoryDisk&, const std::string& path)>& act, std::uint64_t at = 131'072) {
    const std::string content = noise(300'000, 7);
    MemoryDisk disk;
    const std::string path = test::path_of_blob(content);
    disk.put(path, content);
    disk.before_each_read([&](std::string_view, std::uint64_t offset) {
        if (offset == at) act(disk, path);
    });
    return check_one(disk, blob(content));
}

} // namespace

TEST_CASE("blobs of all sizes, any number of cores, each read once") {
    const std::size_t cores = GENERATE(1U, 2U, 3U, 8U);
    MemoryDisk disk;
    std::vector<ToCheck> blobs;
    std::uint64_t total = 0;
    unsigned seed = 0;
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 1000U, 65'535U, 65'536U, 65'537U, 131'072U, 200'000U,
                                   262'145U, 300'000U, 5U, 4'194'304U, 4'194'305U}) {
        const std::string content = noise(size, ++seed);
        disk.put(test::path_of_blob(content), content);
        blobs.push_back(blob(content));
        if (size % 2 == 0) blobs.back().size.reset();
        total += size;
    }
    std::map<std::string, std::uint64_t> read;
    bool in_order = true;
    std::mutex mutex;
    disk.before_each_read([&](std::string_view path, std::uint64_t offset) {
        const std::lock_guard lock(mutex);
        in_order = in_order && offset == read[std::string(path)];
        read[std::string(path)] = offset + 65'536;
    });
    std::vector<ByteCount> progress;
    std::vector<Digest> finished;
    const auto results = check_blobs(
        disk, blobs,
        {cores,
         [&](ByteCount done, ByteCount all) { progress.push_back(all == ByteCount(total) ? done : ByteCount()); },
         [&](const Checked& each) { finished.push_back(each.digest); }},
        {});
    REQUIRE(results.size() == blobs.size());
    for (std::size_t i = 0; i < blobs.size(); ++i) {
        CHECK(results[i].verdict == Verdict::good);
        CHECK(results[i].digest == blobs[i].digest);
        CHECK(results[i].found == blobs[i].digest);
        CHECK(results[i].identity == disk.stat(blob_path(blobs[i].digest))->identity);
        CHECK_FALSE(results[i].error);
    }
    CHECK(in_order);
    CHECK(std::ranges::is_sorted(progress));
    CHECK(progress.back() == ByteCount(total));
    CHECK(finished.size() == blobs.size());
    CHECK(disk.most_open_at_once() <= cores * Sha256Lane::at_once());
}

TEST_CASE("one flipped bit anywhere is found") {
    const std::size_t size = GENERATE(1U, 64U, 100U, 65'536U, 300'000U);
    const std::string content = noise(size, 3);
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
        MemoryDisk disk;
        disk.put(test::path_of_blob(content), content);
        disk.change(test::path_of_blob(content),
                    [&](std::string& bytes) { bytes[at] = static_cast<char>(bytes[at] ^ 1); });
        const Checked result = check_one(disk, blob(content));
        CHECK(result.verdict == Verdict::wrong_digest);
        CHECK(result.found == Digest::of(disk.content(test::path_of_blob(content))));
        CHECK(result.identity);
    }
}

TEST_CASE("what is settled without reading") {
    MemoryDisk disk;
    disk.put(test::path_of_blob("short"), "shor");
    disk.make_directory("blobs");
    disk.put_link(test::path_of_blob("link"), "nowhere");
    disk.put_special(test::path_of_blob("fifo"), Type::fifo);
    disk.put(test::path_of_blob("closed"), "closed");
    disk.fail(MemoryDisk::Call::open, test::path_of_blob("closed"), Error(Kind::storage, "Permission denied"));
    disk.put(test::path_of_blob("faded"), "faded");
    disk.fail(MemoryDisk::Call::stat, test::path_of_blob("faded"), Error(Kind::storage, "Input/output error"));
    const std::vector<ToCheck> blobs{blob("short"), blob("none"),   blob("link"),
                                     blob("fifo"),  blob("closed"), blob("faded")};
    const auto results = check_blobs(disk, blobs, {2}, {});
    CHECK(results[0].verdict == Verdict::wrong_size);
    CHECK(results[0].identity->size == ByteCount(4));
    CHECK_FALSE(results[0].found);
    CHECK(results[1].verdict == Verdict::missing);
    for (std::size_t i = 2; i < 6; ++i) {
        CHECK(results[i].verdict == Verdict::unreadable);
        REQUIRE(results[i].error);
        CHECK(results[i].error->kind() == Kind::storage);
    }
    CHECK(disk.count(MemoryDisk::Call::read) == 0);
}

TEST_CASE("a disk that fails in the middle") {
    const std::string content = noise(200'000, 5);
    MemoryDisk disk;
    disk.put(test::path_of_blob(content), content);
    disk.put(test::path_of_blob("fine"), "fine");
    disk.fail(MemoryDisk::Call::read, test::path_of_blob(content), Error(Kind::storage, "Input/output error"));
    const auto results = check_blobs(disk, std::vector{blob(content), blob("fine")}, {1}, {});
    CHECK(results[0].verdict == Verdict::unreadable);
    CHECK(results[0].error->message() == "Input/output error");
    CHECK(results[1].verdict == Verdict::good);
}

TEST_CASE("a blob that changes while it is being read is neither good nor bad") {
    const auto verdict = [](const auto& act) {
        const Checked result = check_while(act);
        if (result.error) UNSCOPED_INFO(result.error->message());
        CHECK(result.verdict == Verdict::changed);
        CHECK_FALSE(result.found);
        REQUIRE(result.error);
        return result.error->message().substr(result.error->message().find(": ") + 2);
    };
    using Text = std::string;
    CHECK(verdict([](MemoryDisk& disk, const Text& path) {
              disk.change(path, [](Text& content) { content.resize(100'000); });
          }) == "it was cut while it was being read");
    CHECK(verdict([](MemoryDisk& disk, const Text& path) {
              disk.change(path, [](Text& content) { content += 'x'; });
          }) == "it was changed while it was being read");
    CHECK(verdict([](MemoryDisk& disk, const Text& path) {
              disk.change(path, [](Text& content) { content[0] = 'x'; });
          }) == "it was changed while it was being read");
    CHECK(verdict([](MemoryDisk& disk, const Text& path) { disk.remove(path); }) ==
          "it was removed while it was being read");
    CHECK(verdict([](MemoryDisk& disk, const Text& path) { disk.put(path, disk.content(path)); }) ==
          "it was replaced while it was being read");
    // Removed and replaced are seen also where the clock stands.
    CHECK(verdict([](MemoryDisk& disk, const Text& path) {
              disk.granularity(std::chrono::hours(24));
              disk.put(path, disk.content(path));
          }) == "it was replaced while it was being read");
}

TEST_CASE("a blob that vanishes or shrinks before it is opened") {
    MemoryDisk disk;
    const std::string first = noise(100, 1), second = noise(50, 2), third = noise(40, 3);
    for (const std::string& content : {first, second, third})
        disk.put(test::path_of_blob(content), content);
    disk.before_each_read([&](std::string_view path, std::uint64_t) {
        if (path != test::path_of_blob(first)) return;
        disk.remove(test::path_of_blob(second));
        disk.change(test::path_of_blob(third), [](std::string& content) { content.pop_back(); });
    });
    // One core takes them in the order of their sizes; with lanes all three at once.
    const auto results = check_blobs(disk, std::vector{blob(first), blob(second), blob(third)}, {1}, {});
    CHECK(results[0].verdict == Verdict::good);
    CHECK((results[1].verdict == Verdict::missing || results[1].verdict == Verdict::changed));
    CHECK((results[2].verdict == Verdict::wrong_size || results[2].verdict == Verdict::changed));
}

TEST_CASE("a stop ends it at once; what was not finished is unchecked") {
    MemoryDisk disk;
    std::vector<ToCheck> blobs;
    for (unsigned seed = 1; seed <= 6; ++seed) {
        const std::string content = noise(1'000'000, seed);
        disk.put(test::path_of_blob(content), content);
        blobs.push_back(blob(content));
    }
    std::stop_source stop;
    std::atomic<int> reads{0};
    disk.before_each_read([&](std::string_view, std::uint64_t) {
        if (++reads == 10) stop.request_stop();
    });
    const auto results = check_blobs(disk, blobs, {2}, stop.get_token());
    CHECK(reads <= 10 + 2 * 3);
    for (const Checked& each : results)
        CHECK(each.verdict == Verdict::unchecked);
    // Stopped before it began.
    for (const Checked& each : check_blobs(disk, blobs, {2}, stop.get_token()))
        CHECK(each.verdict == Verdict::unchecked);
}

TEST_CASE("what a callback throws ends the check and comes out of it") {
    MemoryDisk disk;
    std::vector<ToCheck> blobs;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const std::string content = noise(70'000, seed);
        disk.put(test::path_of_blob(content), content);
        blobs.push_back(blob(content));
    }
    const auto fail = [](const Checked&) { throw std::runtime_error("full"); };
    CHECK_THROWS_WITH(check_blobs(disk, blobs, {4, {}, fail}, {}), "full");
}

TEST_CASE("nothing to check") {
    MemoryDisk disk;
    CHECK(check_blobs(disk, {}, {}, {}).empty());
}

TEST_CASE("a real directory: good, flipped, cut, a fifo, a link, no permission") {
    const test::TempDir dir;
    std::vector<ToCheck> blobs;
    std::vector<std::string> contents;
    for (unsigned seed = 0; seed < 6; ++seed) {
        contents.push_back(noise(400'000 + seed, seed + 1));
        dir.write(test::path_of_blob(contents.back()), contents.back());
        blobs.push_back(blob(contents.back()));
    }
    std::string flipped = contents[1];
    flipped[200'000] = static_cast<char>(flipped[200'000] ^ 0x10);
    dir.write(test::path_of_blob(contents[1]), flipped);
    const auto path = [&](std::size_t i) { return dir / test::path_of_blob(contents[i]); };
    std::filesystem::resize_file(path(2), 1000);
    std::filesystem::remove(path(3));
    REQUIRE(::mkfifo(path(3).c_str(), 0600) == 0);
    std::filesystem::remove(path(4));
    std::filesystem::create_symlink(path(0), path(4));
    std::filesystem::permissions(path(5), std::filesystem::perms::none);

    const auto disk = open_disk(dir.path());
    const auto results = check_blobs(*disk, blobs, {}, {});
    CHECK(results[0].verdict == Verdict::good);
    CHECK(results[1].verdict == Verdict::wrong_digest);
    CHECK(results[1].found == Digest::of(flipped));
    CHECK(results[2].verdict == Verdict::wrong_size);
    CHECK(results[3].verdict == Verdict::unreadable);
    CHECK(results[4].verdict == Verdict::unreadable);
    CHECK(results[5].verdict == (::geteuid() == 0 ? Verdict::good : Verdict::unreadable));
}

TEST_CASE("real files cut, removed and replaced while they are being hashed: no crash, no wrong \"good\"") {
    const test::TempDir dir;
    std::vector<ToCheck> blobs;
    std::vector<std::string> contents;
    for (unsigned seed = 0; seed < 3; ++seed) {
        contents.push_back(noise(9'000'000 + seed, seed + 1));
        dir.write(test::path_of_blob(contents.back()), contents.back());
        blobs.push_back(blob(contents.back()));
    }
    const auto path = [&](std::size_t i) { return dir / test::path_of_blob(contents[i]); };
    const auto disk = open_disk(dir.path());
    bool done = false;
    CheckOptions options{1};
    options.progress = [&](ByteCount amount, ByteCount) {
        if (std::exchange(done, amount > ByteCount()) || amount == ByteCount()) return;
        std::filesystem::resize_file(path(0), 1000);
        std::filesystem::remove(path(1));
        dir.write("blobs/new", contents[2]);
        std::filesystem::rename(dir / "blobs/new", path(2));
    };
    const auto results = check_blobs(*disk, blobs, options, {});
    // With one lane the files are read in turn: what was cut or removed by then is found so when it is opened.
    CHECK((results[0].verdict == Verdict::changed || results[0].verdict == Verdict::wrong_size));
    CHECK((results[1].verdict == Verdict::changed || results[1].verdict == Verdict::missing));
    CHECK((results[2].verdict == Verdict::changed || Sha256Lane::at_once() == 1));
}
