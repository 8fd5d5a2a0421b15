#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/edit.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Writes a codemate.json, or adds to one: what is installed, the built-in set, or what another file lists.
namespace codemate::lifecycle::init {

enum class Source { installed, built_in, file };
enum class Existing { extend, replace }; // what becomes of a codemate.json that is there

struct Options {
    Source source = Source::installed;
    Existing existing = Existing::extend;
    std::filesystem::path from; // of Source::file: codemate-hub's config/ollama/models.json, or one of its form
};

struct Ports {
    ollama::Server* server; // asked only for what is installed
    const manifest::ManifestFile& file;
};

struct Facts {
    manifest::Origin origin;
    std::optional<std::string> text; // of codemate.json, if it is there
    std::vector<ollama::Installed> installed;
    std::string imported; // text of the file that is imported
};

// Something that is there and was not declared, and why.
struct LeftOut {
    std::string what, why;
};

struct Plan {
    enum class Do { create, extend, replace, nothing };
    Do what = Do::create;
    Source source = Source::installed;      // the built-in set also where nothing is installed
    std::string text;                       // of the file, as it becomes
    std::vector<ModelName> added;           // declared now and not before
    std::size_t declared = 0, required = 0; // models, then
    std::vector<LeftOut> left_out;
};

struct Report {
    Plan plan; // as it was carried out: on the text that the file had then
};

Facts gather(const Options&, const Ports&, const Run&); // Error{not_found, storage} for the file to import
Plan plan(const Facts&, const Options&);                // pure. Error{manifest, protocol, usage}
Report execute(const Facts&, const Options&, const Ports&, const Run&); // reads codemate.json again, under its lock

} // namespace codemate::lifecycle::init
