#include "support/catch.hpp"

#include "codemate/rules/own_names.hpp"

using namespace codemate;
using namespace codemate::rules;

namespace {

const Digest digest = *Digest::parse("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

Time at(std::string_view text) {
    return *parse_rfc3339(text);
}

} // namespace

TEST_CASE("a snapshot's name says of what, when and which content") {
    const ModelName of = ModelName::parse("qwen2.5-coder:7b");
    const ModelName name = snapshot_name(of, at("2026-11-22T12:00:00Z"), digest);
    CHECK(name.display() == "qwen2.5-coder:7b.codemate-20261122t120000z-0123456789ab");

    const auto parsed = parse_snapshot_name(name);
    REQUIRE(parsed);
    CHECK(parsed->of == of);
    CHECK(parsed->made == at("2026-11-22T12:00:00Z"));
    CHECK(parsed->digest_id == "0123456789ab");
}

TEST_CASE("snapshots of all kinds of names come back from their names") {
    const auto text = GENERATE(as<std::string>(), "mistral", "someone/mistral:7b", "hf.co/owner/repo:Q4_K_M",
                               "localhost:5000/library/m:a", "m:7b-instruct-q4_0.v2_x");
    const auto time = GENERATE(as<std::string>(), "2026-11-22T12:00:00Z", "1999-12-31T23:59:59Z",
                               "2024-02-29T00:00:00Z", "2261-01-01T01:02:03Z");
    const ModelName of = ModelName::parse(text);
    const ModelName name = snapshot_name(of, at(time), digest);
    CHECK(ModelName::parse(name.display()) == name);
    CHECK_FALSE(name.misread_by_server());
    const auto parsed = parse_snapshot_name(name);
    REQUIRE(parsed);
    CHECK(parsed->of == of);
    CHECK(parsed->made == at(time));
    CHECK(parsed->digest_id == digest.id());
}

TEST_CASE("a time is kept to the second, also before 1970") {
    const ModelName of = ModelName::parse("m");
    CHECK(parse_snapshot_name(snapshot_name(of, at("2026-11-22T12:00:00.999999999Z"), digest))->made ==
          at("2026-11-22T12:00:00Z"));
    CHECK(parse_snapshot_name(snapshot_name(of, at("1969-12-31T23:59:58.5Z"), digest))->made ==
          at("1969-12-31T23:59:58Z"));
}

TEST_CASE("a tag that leaves no room is shortened, and still tells tags apart") {
    const auto length = GENERATE(40U, 41U, 42U, 79U, 80U);
    const ModelName of("registry.ollama.ai", "library", "m", std::string(length, 'x'));
    const ModelName name = snapshot_name(of, at("2026-11-22T12:00:00Z"), digest);
    CHECK(name.tag().size() == std::min(length, 41U) + 39);
    const auto parsed = parse_snapshot_name(name);
    REQUIRE(parsed);
    CHECK((parsed->of == of) == (length <= 41));
    CHECK(parsed->is_of(of));
    CHECK(parsed->is_of(of.with_tag(std::string(length, 'X')))); // one to the server
    CHECK_FALSE(parsed->is_of(of.with_tag(std::string(length - 1, 'x') + "y")));
    CHECK_FALSE(parsed->is_of(ModelName::parse("other").with_tag(of.tag())));
}

TEST_CASE("names at a relay cannot be guessed, and are recognised") {
    const std::string owner = new_relay_owner();
    CHECK(owner.size() == 41);
    CHECK(owner != new_relay_owner());
    CHECK(is_relay_name(ModelName("127.0.0.1:41234", owner, "mistral", "latest")));
    CHECK(is_own_name(ModelName("127.0.0.1:41234", owner, "mistral", "latest")));
    const auto other = GENERATE_COPY(as<std::string>(), "codemate", "codemate-", owner + "0", owner.substr(0, 40),
                                     owner.substr(0, 40) + "g", "x" + owner.substr(1), "library");
    CHECK_FALSE(is_own_name(ModelName("127.0.0.1:41234", other, "mistral", "latest")));
}

TEST_CASE("a name that is taken in this second is made a little later") {
    const ModelName of = ModelName::parse("m:7b");
    const Time now = at("2026-11-22T12:00:00Z");
    std::vector<ollama::Installed> installed;
    CHECK(free_snapshot_name(of, now, digest, installed) == snapshot_name(of, now, digest));
    installed.push_back({snapshot_name(of, now, digest)});
    installed.push_back({snapshot_name(of, now + std::chrono::seconds(1), digest)});
    CHECK(free_snapshot_name(of, now, digest, installed) == snapshot_name(of, now + std::chrono::seconds(2), digest));
}

TEST_CASE("a snapshot of a snapshot is still one") {
    const ModelName first = snapshot_name(ModelName::parse("m:7b"), at("2026-11-22T12:00:00Z"), digest);
    const ModelName second = snapshot_name(first, at("2026-11-23T12:00:00Z"), digest);
    const auto parsed = parse_snapshot_name(second);
    REQUIRE(parsed);
    CHECK(parsed->made == at("2026-11-23T12:00:00Z"));
    CHECK(parsed->of == first); // 2 + 39 bytes: just fits
}

TEST_CASE("other names are no snapshots") {
    const auto tag = GENERATE(as<std::string>(),
                              "latest",                                      // no suffix at all
                              "codemate-20261122t120000z-0123456789ab",      // nothing in front
                              "7b-codemate-20261122t120000z-0123456789ab",   // not the separator
                              "7b.codemate-20261122t120000z-0123456789a",    // eleven digits
                              "7b.codemate-20261122t120000z-0123456789abc",  // thirteen
                              "7b.codemate-20261122t120000z-0123456789AB",   // upper case
                              "7b.codemate-20261122t120000z-0123456789ag",   // no hexadecimal digit
                              "7b.codemate-20261122T120000Z-0123456789ab",   // as RFC 3339 would have it
                              "7b.codemate-20261122t120000z_0123456789ab",   // not the joint
                              "7b.codemate-20260230t120000z-0123456789ab",   // no such day
                              "7b.codemate-20250229t120000z-0123456789ab",   // no leap year
                              "7b.codemate-20261322t120000z-0123456789ab",   // no such month
                              "7b.codemate-20261122t240000z-0123456789ab",   // no such hour
                              "7b.codemate-20261122t126000z-0123456789ab",   // no such minute
                              "7b.codemate-20261122t120060z-0123456789ab",   // a leap second
                              "7b.codemate-99991122t120000z-0123456789ab",   // later than a time can be
                              "7b.codemate-00001122t120000z-0123456789ab",   // earlier
                              "7b.codemate-2026112_t120000z-0123456789ab",   // no digit
                              "7b.codemate-20261122t120000z-0123456789ab.1", // something behind it
                              "7b.CODEMATE-20261122t120000z-0123456789ab");  // not the word
    CHECK_FALSE(parse_snapshot_name(ModelName::parse("m").with_tag(tag)));
}

TEST_CASE("a candidate's name is one of codemate's own, another each time, and fits a tag") {
    const ModelName of = ModelName::parse("a.example/o/mistral:" + std::string(80, 't'));
    const ModelName one = new_candidate_name(of), other = new_candidate_name(of);
    CHECK(one != other);
    CHECK(one.tag().size() <= 80);
    CHECK(is_candidate_name(one));
    CHECK(is_own_name(one));
    CHECK_FALSE(parse_snapshot_name(one));
    CHECK(one.host() == of.host());
    CHECK(new_candidate_name(ModelName::parse("m")).tag().starts_with("latest.codemate-candidate-"));
    for (const char* tag : {"latest", "codemate-candidate-0123456789ab", "7b.codemate-candidate-0123456789a",
                            "7b.codemate-candidate-0123456789aG", "7b.codemate-candidate-0123456789ab.1"})
        CHECK_FALSE(is_candidate_name(ModelName::parse("m").with_tag(tag)));
}
