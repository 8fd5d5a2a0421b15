#include "cli/store_reach.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <system_error>
#include <unistd.h>

namespace codemate::cli {
namespace {

namespace locate = lifecycle::locate;
using Standing = locate::Report::Standing;

std::string command_line(const std::vector<std::string>& words) {
    std::vector<std::string> shown;
    for (const std::string& word : words)
        shown.push_back(shell_word(word));
    return joined(shown, " ");
}

// sudo looks in a PATH of its own.
std::string own_program() {
    std::error_code failure;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", failure);
    return failure ? "codemate" : path.string();
}

std::string as_user(const locate::Report& report, const std::vector<std::string>& command, Wiring& wiring) {
    std::vector<std::string> words = sudo_as(report.user);
    words.push_back(own_program());
    words.insert(words.end(), command.begin(), command.end());
    words.insert(words.end(), {"--host", wiring.endpoint().text()});
    words.insert(words.end(), {"--models-dir", report.unreadable->path.string()});
    const manifest::Origin& origin = wiring.manifest().origin;
    words.insert(words.end(), {"--manifest", origin.is_built_in() ? "builtin" : origin.path.string()});
    return command_line(words);
}

// What it takes to hash all blobs where codemate is not: the official image has these programs.
std::vector<std::string> in_container(const std::filesystem::path& models) {
    const std::string blobs = (models / "blobs").string();
    if (!models.is_absolute() || !needs_no_quotes(blobs)) return {};
    return {"docker exec CONTAINER sh -c 'cd " + blobs +
                R"( && ls | sed -n "s/^sha256-\([0-9a-f]\{64\}\)$/\1  &/p" | sha256sum -c --quiet')",
            "docker inspect -f '{{range .Mounts}}{{.Source}} {{.Destination}}{{println}}{{end}}' CONTAINER  # what is "
            "mounted at " +
                models.parent_path().string() + "; its models directory is for --models-dir"};
}

} // namespace

std::vector<std::string> sudo_as(const std::string& user) {
    if (user.empty() || user == "root") return {"sudo"};
    constexpr std::string_view nameless = "user ";
    return {"sudo", "-u", user.starts_with(nameless) ? "#" + user.substr(nameless.size()) : user};
}

std::string doubt_about(const locate::Report& report) {
    switch (report.standing) {
    case Standing::proven:
        break;
    case Standing::named:
        return report.store->doubt;
    case Standing::unreadable:
        return (report.user.empty() ? "you" : report.user + " may, but you") + " may not read " +
               quoted(report.unreadable->path.string());
    case Standing::elsewhere:
        return "the server may be remote";
    case Standing::unprovable:
        return "the server has no models that would tell which directory is its own";
    }
    return {};
}

std::vector<std::string> ways_to_store(const locate::Report& report, const std::vector<std::string>& command,
                                       Wiring& wiring) {
    if (report.standing == Standing::unreadable) return {printable(as_user(report, command, wiring), 2000)};
    if (report.standing != Standing::elsewhere) return {};
    const http::Url& server = wiring.endpoint();
    if (!server.is_loopback()) return {command_line({"ssh", server.host}) + " codemate " + command_line(command)};
    if (report.shown) return in_container(*report.shown);
    return {};
}

std::string removal(const locate::Report& report, const std::string& pattern, Wiring& wiring) {
    const auto command = [&](const std::filesystem::path& models) {
        return "rm " + shell_word(models.string()) + "/" + pattern;
    };
    const auto here = [&](const std::filesystem::path& models) {
        const bool may = ::access((models / "blobs").c_str(), W_OK) == 0;
        // A shell of the other user's, for the pattern: this one may not be able to list the directory.
        const std::string line = may ? command(models) : "sudo " + command_line({"sh", "-c", command(models)});
        return "`" + printable(line, 2000) + "`";
    };
    if (report.store) return here(report.store->place.path);
    if (wiring.options().models_dir) return here(std::filesystem::absolute(*wiring.options().models_dir));
    if (report.standing == Standing::unreadable) {
        std::vector<std::string> words = sudo_as(report.user);
        words.insert(words.end(), {"sh", "-c", command(report.unreadable->path)});
        return "`" + printable(command_line(words), 2000) + "`";
    }
    const http::Url& server = wiring.endpoint();
    if (report.standing == Standing::elsewhere && server.is_loopback() && report.shown)
        return "`" + printable("docker exec CONTAINER " + command_line({"sh", "-c", command(*report.shown)}), 2000) +
               "`";
    const std::string where = server.is_loopback() ? "" : " on " + server.host;
    return "`rm " + pattern + "` in the server's models directory" + where;
}

json::Value store_json(const locate::Report& report, const std::vector<std::string>& ways) {
    json::Value object = json::Value::object();
    object.set("standing", locate::to_string(report.standing));
    object.set("path", report.store ? json::Value(report.store->place.path.string()) : json::Value());
    const std::string doubt = doubt_about(report);
    object.set("doubt", doubt.empty() ? json::Value() : json::Value(doubt));
    json::Value looked_at = json::Value::array();
    for (const locate::Dismissed& each : report.dismissed) {
        looked_at.add(json::Value::object()
                          .set("path", each.place.path.string())
                          .set("origin", locate::to_string(each.place.origin))
                          .set("why_not", each.why));
    }
    json::Value lines = json::Value::array();
    for (const std::string& way : ways)
        lines.add(way);
    return object.set("looked_at", std::move(looked_at)).set("ways", std::move(lines));
}

} // namespace codemate::cli
