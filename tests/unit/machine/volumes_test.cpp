#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/machine/volumes.hpp"

#include <algorithm>

using namespace codemate::machine;
using Paths = std::vector<std::filesystem::path>;

TEST_CASE("volumes of containers are found by their mount points") {
    const codemate::test::TempDir home;
    CHECK(volumes_below(home / "none").empty());
    home.write(".local/share/docker/volumes/ollama/_data/models/x", "");
    home.write(".local/share/docker/volumes/metadata.db", "");
    home.write(".local/share/containers/storage/volumes/a/_data/x", "");
    home.write(".local/share/containers/storage/volumes/b/_data", "no directory");
    CHECK(volumes_below(home / ".local/share/docker/volumes") ==
          Paths{home / ".local/share/docker/volumes/ollama/_data"});
    const Paths all = volume_directories(home.path());
    CHECK(std::ranges::count(all, home / ".local/share/containers/storage/volumes/a/_data") == 1);
    CHECK(std::ranges::count(all, home / ".local/share/docker/volumes/ollama/_data") == 1);
}
