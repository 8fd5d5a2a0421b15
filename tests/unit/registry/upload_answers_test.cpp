#include "registry/upload_answers.hpp"
#include "registry/upload_hash.hpp"
#include "support/catch.hpp"
#include "unit/registry/site.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using namespace codemate::registry;
using test::reply;

namespace {

const Digest digest = Digest::of("hello"), other = Digest::of("x");

template<typename Value>
struct Row {
    const char* what;
    http::Response answer;
    Value means;
};

} // namespace

TEST_CASE("what is sent next") {
    const Manners parts{ByteCount(100)}, none{ByteCount(100), false};
    struct Case {
        const char* what;
        std::uint64_t there, size;
        Manners manners;
        std::uint64_t least;
        Step step;
    };
    for (const Case& each : {Case{"fits into one part", 0, 100, parts, 0, Step::small},
                             {"one byte more", 0, 101, parts, 0, Step::part},
                             {"into what the registry wants at once", 0, 101, parts, 200, Step::small},
                             {"its rest, however small", 50, 60, parts, 0, Step::part},
                             {"all there", 100, 100, parts, 0, Step::finish},
                             {"empty", 0, 0, parts, 0, Step::finish},
                             {"no parts", 0, 50, none, 0, Step::whole},
                             {"no parts, all there", 50, 50, none, 0, Step::finish}}) {
        INFO(each.what);
        CHECK(next_step(each.there, ByteCount(each.size), each.manners, ByteCount(each.least)) == each.step);
    }
}

TEST_CASE("after an upload was asked for") {
    const std::vector<http::Header> somewhere{{"Location", "/up"}};
    struct Case {
        const char* what;
        http::Response answer;
        bool mounts;
        Begun means;
    };
    for (const Case& each : {Case{"it begins", reply(202, {}, somewhere), false, Begun::upload},
                             {"it begins, and is not mounted", reply(202, {}, somewhere), true, Begun::upload},
                             {"mounted", reply(201), true, Begun::mounted},
                             {"nowhere", reply(202), false, Begun::nowhere},
                             {"a mount is refused", reply(403), true, Begun::not_mounted},
                             {"a mount is not known", reply(404), true, Begun::not_mounted},
                             {"no pushes", reply(404), false, Begun::no_pushes},
                             {"gone", reply(410), false, Begun::no_pushes},
                             {"refused", reply(403), false, Begun::refused},
                             {"busy", reply(429), false, Begun::refused}}) {
        INFO(each.what);
        CHECK(after_begin(each.answer, each.mounts) == each.means);
    }
}

TEST_CASE("after it was asked how much is there") {
    for (const Row<HowFar>& row : {Row<HowFar>{"some", reply(204, {}, {{"Range", "0-9"}}), HowFar::stated},
                                   {"all", reply(204, {}, {{"Range", "bytes=0-99"}}), HowFar::stated},
                                   {"more than there is", reply(204, {}, {{"Range", "0-100"}}), HowFar::lost},
                                   {"a success that does not say it", reply(200), HowFar::lost},
                                   {"not known any more", reply(404), HowFar::lost},
                                   {"not known, with a range", reply(404, {}, {{"Range", "0-9"}}), HowFar::lost},
                                   {"busy", reply(429), HowFar::refused},
                                   {"a failure", reply(500), HowFar::refused}}) {
        INFO(row.what);
        CHECK(after_question(row.answer, ByteCount(100)) == row.means);
    }
}

TEST_CASE("after a part") {
    for (const Row<AfterPart>& row : {Row<AfterPart>{"taken", reply(202), AfterPart::taken},
                                      {"too large", reply(413), AfterPart::too_large},
                                      {"takes none", reply(405), AfterPart::takes_no_parts},
                                      {"knows none", reply(501), AfterPart::takes_no_parts},
                                      {"another part is wanted", reply(416), AfterPart::not_there},
                                      {"not known", reply(404), AfterPart::lost},
                                      {"invalid", reply(400), AfterPart::lost},
                                      {"forbidden", reply(403), AfterPart::refused},
                                      {"busy", reply(503), AfterPart::refused}}) {
        INFO(row.what);
        CHECK(after_part(row.answer) == row.means);
    }
}

TEST_CASE("after the end") {
    const auto of = [](const Digest& stated) {
        return std::vector<http::Header>{{"Docker-Content-Digest", stated.text()}};
    };
    const std::string wrong = R"({"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match"}]})";
    for (const Row<AfterEnd>& row : {Row<AfterEnd>{"created", reply(201), AfterEnd::taken},
                                     {"with its digest", reply(201, {}, of(digest)), AfterEnd::taken},
                                     {"another success, with its digest", reply(200, {}, of(digest)), AfterEnd::taken},
                                     {"another success", reply(200), AfterEnd::unconfirmed},
                                     {"another digest", reply(201, {}, of(other)), AfterEnd::other_digest},
                                     {"wrong bytes", reply(400, wrong), AfterEnd::wrong_digest},
                                     {"invalid", reply(400), AfterEnd::lost},
                                     {"not known", reply(404), AfterEnd::lost},
                                     {"forbidden", reply(403), AfterEnd::refused},
                                     {"too large", reply(413), AfterEnd::refused}}) {
        INFO(row.what);
        CHECK(after_end(row.answer, digest) == row.means);
    }
}

TEST_CASE("what is read for an upload is hashed once, in order") {
    using Verdict = UploadHash::Verdict;
    std::size_t read = 0;
    Content content{digest, ByteCount(5), [&](ByteRange range, const Stop&) {
                        read += range.count;
                        return std::string("hello").substr(range.first, range.count);
                    }};
    content.at_hand = GENERATE(true, false);
    UploadHash hash(content);
    SECTION("parts that come twice") {
        hash.add(0, "he");
        hash.add(0, "hel");
        CHECK(hash.verdict() == Verdict::unknown);
        hash.add(1, "e");
        hash.add(2, "llo");
        CHECK(hash.verdict() == Verdict::good);
        hash.add(0, "hello");
        CHECK(hash.verdict() == Verdict::good);
    }
    SECTION("wrong bytes") {
        hash.add(0, "hallo");
        CHECK(hash.verdict() == Verdict::spoilt);
        CHECK(hash.verdict() == Verdict::spoilt);
    }
    SECTION("what another run has sent is read where that costs little") {
        hash.add_up_to(3, {});
        CHECK(read == (content.at_hand ? 3 : 0));
        hash.add(3, "lo");
        CHECK(hash.verdict() == (content.at_hand ? Verdict::good : Verdict::unknown));
    }
}
