#pragma once

#include "support/sandbox.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <filesystem>

namespace codemate::test {

// A store with three models whose manifests are three days old: what is said of their age is then the same in every
// run. Filled by a first sandbox, as a running server does not look at the times of its files again.
class OldStore {
public:
    OldStore() {
        const Sandbox first({.store = path()});
        for (const char* name : {"mistral:latest", "qwen2.5-coder:7b", "tinyllama:latest"})
            first.pull(name);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path() / "manifests")) {
            if (entry.is_regular_file())
                std::filesystem::last_write_time(entry.path(), std::filesystem::file_time_type::clock::now() -
                                                                   std::chrono::hours(72));
        }
    }
    std::filesystem::path path() const { return directory_ / "models"; }

private:
    TempDir directory_;
};

} // namespace codemate::test
