#pragma once

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/refs.hpp"

#include <filesystem>
#include <string>

namespace codemate::lifecycle::refs {

Error changed_meanwhile(const std::string& file);

// A file's new content, on the disk beside it under another name until it takes its place. What is left over goes with
// the object.
class Replacement {
public:
    // Writes it there. Error{storage} that says why the file cannot or must not be replaced; see execute_rewrite().
    Replacement(const std::filesystem::path& directory, const Edit&);
    ~Replacement();
    Replacement(Replacement&& other) noexcept;
    Replacement& operator=(Replacement&&) = delete;

    void put_in_place();       // Error{storage}
    bool take_back() noexcept; // the old content again

private:
    void write(std::string_view content); // under another name; on failure nothing is left of it
    void write_beside(std::string_view content);

    const Edit* edit_;
    std::filesystem::path path_;
    std::string temporary_; // empty: there is none
};

} // namespace codemate::lifecycle::refs
