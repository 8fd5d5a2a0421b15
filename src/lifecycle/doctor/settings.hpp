#pragma once

#include "codemate/lifecycle/doctor.hpp"

#include <string>
#include <string_view>
#include <vector>

// Where variables OLLAMA_… get their values, beside the environment.
namespace codemate::lifecycle::doctor {

inline constexpr std::string_view the_environment = "the environment"; // the place of those of this process

// Pure, each of them: never throws for content. `file`: as it is shown.

// A compose file: `environment:` of services, as a map or a list, by lines or in brackets. A service whose image is
// Ollama's own is a server, another one is none. By its lines, not by a reader of YAML: anchors and merged maps are not
// followed.
std::vector<Setting> settings_of_compose(std::string_view text, const std::string& file);
// A .env: NAME=value, export NAME=value.
std::vector<Setting> settings_of_dotenv(std::string_view text, const std::string& file);
// A unit of systemd or a part of one: Environment= of the service.
std::vector<Setting> settings_of_unit(std::string_view text, const std::string& file);

std::vector<Setting> settings_of_environment(const Environment&);

// The lines of a compose file that seem to set a variable of Ollama's, and none was found there.
std::vector<std::size_t> lines_not_understood(std::string_view text, const std::string& file,
                                              const std::vector<Setting>& found);

// All of them: the environment, the project's compose files and .env, the units of ollama.service on this machine.
Settings find_settings(const Options&, const Ports&);

} // namespace codemate::lifecycle::doctor
