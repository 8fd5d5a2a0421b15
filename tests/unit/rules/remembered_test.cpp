#include "support/catch.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/rules/remembered.hpp"

using namespace codemate;
using rules::remembered_image;

namespace {

const std::string bytes = test::manifest_of("{}", {"weights"});
const Digest digest = Digest::of(bytes);

manifest::Lock lock_with(std::optional<std::string> manifest) {
    manifest::Lock lock;
    lock.models.emplace(ModelName::parse("a"),
                        manifest::Locked{digest, ModelName::parse("a"), {}, {}, std::move(manifest), {}, {}});
    return lock;
}

state::Pulled pulled_with(const Digest& of, std::optional<std::string> manifest) {
    return {Time{}, "http://x", ModelName::parse("b"), of, std::move(manifest), ModelName::parse("b")};
}

} // namespace

TEST_CASE("an image is remembered by its digest, under whatever name") {
    const std::vector<state::Pulled> none, journal{pulled_with(digest, std::nullopt), pulled_with(digest, bytes)};
    CHECK(remembered_image(digest, lock_with(bytes), none)->bytes == bytes);
    CHECK(remembered_image(digest, lock_with(std::nullopt), journal)->bytes == bytes);
    CHECK(remembered_image(digest, {}, journal)->bytes == bytes);
    CHECK_FALSE(remembered_image(digest, lock_with(std::nullopt), none));
    CHECK_FALSE(remembered_image(Digest::of("other"), lock_with(bytes), journal));
}

TEST_CASE("bytes that are no manifest are no image") {
    const std::vector<state::Pulled> journal{pulled_with(Digest::of("{"), "{")};
    CHECK_FALSE(remembered_image(Digest::of("{"), {}, journal));
}
