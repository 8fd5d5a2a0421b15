#pragma once

#include "manifest/reader.hpp"

namespace codemate::manifest {

// What stands behind one name in "models"; `name` is the name itself.
void read_declared(Reader&, const Node&, const ModelName& name, Declared&);

void read_project_about(Reader&, const Node&, ProjectAbout&);

// An object of any content, kept as it stands; keys given twice are problems at every depth.
json::Value read_any_object(Reader&, const Node&);

} // namespace codemate::manifest
