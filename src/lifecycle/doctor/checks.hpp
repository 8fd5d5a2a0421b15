#pragma once

#include "codemate/lifecycle/doctor.hpp"

// The checks, each a pure function of the facts.
namespace codemate::lifecycle::doctor {

// server.cpp
Findings check_server(const Facts&);
Findings check_version(const Facts&);
// clock.cpp
Findings check_clock(const Facts&);
// proxy.cpp
Findings check_proxy(const Facts&);
// store.cpp
Findings check_list(const Facts&);
Findings check_store(const Facts&);
Findings check_cleanup(const Facts&);
Findings check_content(const Facts&);
// leftovers.cpp
Findings check_downloads(const Facts&);
Findings check_leftovers(const Facts&);
Findings check_snapshots(const Facts&);
Findings check_space(const Facts&);
// memory.cpp
Findings check_memory(const Facts&);
Findings check_gpu(const Facts&);
Findings check_context(const Facts&);
// variables.cpp
Findings check_variables(const Facts&);
// project.cpp
Findings check_manifest(const Facts&);
Findings check_lock(const Facts&);
Findings check_required(const Facts&);
// references.cpp
Findings check_references(const Facts&);
Findings check_embeddings(const Facts&);
// completion.cpp
Findings check_completion(const Facts&);

} // namespace codemate::lifecycle::doctor
