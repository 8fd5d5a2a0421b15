#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::state {

// A blob that is on its way to a registry.
struct Upload {
    std::string place; // the repository, with its registry: "registry.corp/models/library/mistral"
    Digest blob;
    std::string address; // by which the registry lets it go on
    Time at{};

    bool operator==(const Upload&) const = default;
};

// Uploads that have not ended, so that the next run goes on with what a killed one has sent. A file of JSON lines in
// the state directory, newest last, at most 1000 of them; those of a week ago are forgotten, as registries forget them.
// Best effort: losing it costs sending again.
class Uploads {
public:
    explicit Uploads(std::filesystem::path file) : file_(std::move(file)) {}

    std::optional<std::string> address(const std::string& place, const Digest&, Time now) const; // Error{storage}
    void remember(const Upload&, Stop) const; // in the place of another address of the same; Error{storage}
    void forget(const std::string& place, const Digest&, Stop) const; // Error{storage}

private:
    void change(const std::string& place, const Digest&, const std::optional<Upload>&, Stop) const;

    std::filesystem::path file_;
};

// One line without its end, as the file has it; nothing for a line that is none.
std::string to_line(const Upload&);
std::optional<Upload> parse_upload(std::string_view);

} // namespace codemate::state
