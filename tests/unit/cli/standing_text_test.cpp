#include "cli/commands/standing.hpp"
#include "support/catch.hpp"

using namespace codemate;

TEST_CASE("of a tag that is gone nothing is compared") {
    upstream::Standing standing{ModelName::parse("mistral"), ModelName::parse("mistral")};
    standing.state = upstream::State::no_upstream;
    standing.against = upstream::Against::lock;
    standing.before = Digest::of("locked");
    CHECK(cli::changes_text(standing).empty());
    standing.state = upstream::State::outdated;
    standing.after = Digest::of("other");
    standing.diff.emplace();
    const std::string text = cli::changes_text(standing);
    CHECK(text.find("locked at " + standing.before->id() + ", the tag serves " + standing.after->id()) !=
          std::string::npos);
    CHECK(text.find("an update fetches") == std::string::npos);
}
