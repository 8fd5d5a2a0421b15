#pragma once

#include "support/sandbox.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test::docs {

struct Outcome {
    int status = 0;
    std::vector<std::string> lines;                          // on the screen, without empty ones at both ends
    std::vector<std::pair<double, std::string>> recording{}; // seconds, and what the terminal had got by then
};

// Where a page's commands run: a home directory with a project in it, a server with a models directory below that home,
// and perhaps a registry. A shell's variables and its directory go over from one command to the next. What the page
// calls models.lan or 127.0.0.1:11434 is that server, registry.lan that registry; the home directory is /home/you.
class Session {
public:
    struct Far {
        std::filesystem::path directory; // where far.sh has made what the page needs
    };
    // In a network that far.sh has made: names and addresses are those of the page.
    explicit Session(const Far&);

    // "registry", and models to be installed.
    explicit Session(std::string_view world);

    void start_registry(); // from here on it stands in for the public one

    enum class Form { page, picture, recorded }; // the last two on a narrower screen
    Outcome run(const std::string& command, const std::optional<std::string>& answer = {}, Form = Form::page);
    void meanwhile(const std::string& what); // as page.hpp says; throws std::runtime_error where it fails
    void meanwhile_in_shell(const std::string& command);
    void write(const std::string& path, const std::vector<std::string>& lines) const; // below the project
    std::string read(const std::string& path) const { return read_text(project_ / path); }
    const Sandbox& server() const { return server_; }

private:
    Command shell(const std::string& command) const;
    std::string as_here(std::string text) const;  // addresses of the page → of this run
    std::string as_there(std::string text) const; // the other way round

    void make_place(std::map<std::string, std::string> variables);

    bool is_far_ = false;
    TempDir directory_;
    std::filesystem::path home_, project_;
    Sandbox server_;
    std::unique_ptr<Sandbox> registry_;
    std::map<std::string, std::string> variables_;
};

} // namespace codemate::test::docs
