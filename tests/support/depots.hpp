#pragma once

#include "support/fake_registry.hpp"
#include "support/memory_disk.hpp"

#include "codemate/model/name.hpp"

#include <filesystem>

namespace codemate::test {

// Models in directories, written without what codemate writes them with.

// Into an export (an OCI image layout), which is made where there is none; over what stands there under that name.
void add_to_layout(MemoryDisk&, const ModelName&, const FakeRegistry::Model&);
void add_to_layout(const std::filesystem::path&, const ModelName&, const FakeRegistry::Model&);

// Into a models directory of a server.
void add_to_store(MemoryDisk&, const ModelName&, const FakeRegistry::Model&);

} // namespace codemate::test
