#include "download/journal.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::download;

namespace {

const JournalHead head{Digest::of("x"), 1000, 128, 7, "boot-1"};

ResumableSha256::Midstate state_after(std::size_t bytes) {
    ResumableSha256 hash;
    hash.update(std::string(bytes, 'x'));
    return hash.midstate();
}

std::size_t count(const Journal& journal) {
    return static_cast<std::size_t>(std::ranges::count(journal.there, true));
}

} // namespace

TEST_CASE("a journal says which blocks are there and how far they are hashed") {
    const std::string text = head_line(head) + block_line(3) + block_line(0) + hash_line(state_after(128)) +
                             block_line(1) + hash_line(state_after(256));
    const auto journal = parse_journal(text, "boot-1");
    REQUIRE(journal);
    CHECK(journal->head == head);
    CHECK(journal->there == std::vector<bool>{true, true, false, true, false, false, false, false});
    CHECK(journal->hashed == state_after(256));
}

TEST_CASE("a journal that was cut anywhere says what it had said by then") {
    const std::string lines = head_line(head) + block_line(0) + hash_line(state_after(128)) + block_line(1) +
                              hash_line(state_after(256)) + block_line(7);
    for (std::size_t size = 0; size <= lines.size(); ++size) {
        const auto journal = parse_journal(std::string_view(lines).substr(0, size), "boot-1");
        if (size + 1 < head_line(head).size()) {
            CHECK_FALSE(journal);
            continue;
        }
        REQUIRE(journal);
        CHECK(count(*journal) <= 3);
        // What is hashed was told to be there before.
        for (std::uint64_t block = 0; block < journal->hashed.length / head.block; ++block)
            CHECK(journal->there[block]);
        // Goes on after it.
        const auto further = parse_journal(lines.substr(0, size) + "\n" + block_line(5), "boot-1");
        CHECK(further->there[5]);
        CHECK(count(*further) == count(*journal) + 1);
    }
}

TEST_CASE("a byte that has changed silences its line and no other one") {
    const std::string lines = head_line(head) + block_line(0) + block_line(1) + block_line(2);
    for (std::size_t at = head_line(head).size(); at < lines.size(); ++at) {
        std::string spoilt = lines;
        spoilt[at] = static_cast<char>(spoilt[at] ^ 1);
        const auto journal = parse_journal(spoilt, "boot-1");
        REQUIRE(journal);
        CHECK(count(*journal) >= 1); // a newline that goes takes two lines along
        CHECK(count(*journal) <= 2);
        CHECK((!journal->there[3] && !journal->there[4]));
    }
}

TEST_CASE("what was hashed before another boot is not believed") {
    const std::string first = head_line(head) + block_line(0) + hash_line(state_after(128));
    CHECK(parse_journal(first, "boot-1")->hashed == state_after(128));
    for (const std::string boot : {"boot-2", ""}) {
        const auto journal = parse_journal(first, boot);
        REQUIRE(journal);
        CHECK(journal->there[0]);
        CHECK(journal->hashed == ResumableSha256::initial());
    }
    JournalHead second = head;
    second.boot = "boot-2";
    const auto later = parse_journal(first + head_line(second) + block_line(1), "boot-2");
    REQUIRE(later);
    CHECK(count(*later) == 2);
    CHECK(later->hashed == ResumableSha256::initial());
    CHECK(parse_journal(first + head_line(second) + hash_line(state_after(128)), "boot-2")->hashed == state_after(128));
    JournalHead unknown = head;
    unknown.boot = "";
    CHECK(parse_journal(head_line(unknown) + hash_line(state_after(128)), "")->hashed == ResumableSha256::initial());
}

TEST_CASE("a journal about another file is none") {
    JournalHead other = head;
    other.inode = 8;
    CHECK_FALSE(parse_journal(head_line(head) + head_line(other), "boot-1"));
    CHECK_FALSE(parse_journal("", "boot-1"));
    CHECK_FALSE(parse_journal(block_line(1), "boot-1"));
}

TEST_CASE("lines that lie with a right sum do no harm") {
    const auto journal = parse_journal(head_line(head) + block_line(8) + block_line(UINT64_MAX) + hash_line({{}, 64}) +
                                           hash_line({{}, 1280}) + hash_line({{}, 130}),
                                       "boot-1");
    REQUIRE(journal);
    CHECK(count(*journal) == 0);
    CHECK(journal->hashed == ResumableSha256::initial());
    JournalHead huge = head;
    huge.size = UINT64_MAX;
    huge.block = 1;
    CHECK_FALSE(parse_journal(head_line(huge), "boot-1"));
}
