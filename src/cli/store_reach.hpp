#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/locate.hpp"

#include <string>
#include <vector>

namespace codemate::cli {

class Wiring;

// Why the server's models directory is not in reach, or not proven: a clause for people. Empty where it is proven.
std::string doubt_about(const lifecycle::locate::Report&);

// What to type so that the files can be looked at all the same: as their owner, in the container, on the other machine.
// `command`: the words of this command without the global options. None where nothing is in the way.
std::vector<std::string> ways_to_store(const lifecycle::locate::Report&, const std::vector<std::string>& command,
                                       Wiring&);

// What to type to remove the files that fit a pattern in the models directory ("blobs/sha256-…-partial-*"), wherever
// that is: "`sudo -u ollama …` removes it".
std::string removal(const lifecycle::locate::Report&, const std::string& pattern, Wiring&);

json::Value store_json(const lifecycle::locate::Report&, const std::vector<std::string>& ways);

// The words that make sudo take that user's place. One without a name here, such as a container's, is told by number
// ("user 1000", base/files), which sudo wants to have as "#1000". Empty: root.
std::vector<std::string> sudo_as(const std::string& user);

} // namespace codemate::cli
