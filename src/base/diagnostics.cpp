#include "codemate/base/diagnostics.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace codemate::diagnostics {
namespace {

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> instance; // none: silent
    return instance;
}

auto& shown() {
    static decltype(Options::shown) instance;
    return instance;
}

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        break;
    }
    return spdlog::level::warn;
}

spdlog::sink_ptr stderr_sink(const Options& options) {
    spdlog::sink_ptr sink;
    if (options.colour) {
        sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(spdlog::color_mode::always);
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    }
    sink->set_level(options.verbosity > 1 ? spdlog::level::debug : spdlog::level::info);
    sink->set_pattern("codemate: %^%l%$: %v");
    return sink;
}

// spdlog would make missing directories; a path with a typing mistake shall be an error.
void check_that_it_opens(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0) throw_errno(errno, "write the log file", path);
    ::close(fd);
}

spdlog::sink_ptr file_sink(const std::filesystem::path& path) {
    check_that_it_opens(path);
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
        sink->set_level(spdlog::level::debug);
        sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
        return sink;
    } catch (const spdlog::spdlog_ex& failure) {
        throw Error(Kind::storage,
                    "cannot write the log file " + quoted(path.string()) + ": " + printable(failure.what()));
    }
}

} // namespace

void start(const Options& options) {
    shown() = options.shown;
    std::vector<spdlog::sink_ptr> sinks;
    if (options.verbosity > 0) sinks.push_back(stderr_sink(options));
    if (!options.log_file.empty()) sinks.push_back(file_sink(options.log_file));
    if (sinks.empty()) {
        logger().reset();
        return;
    }
    auto made = std::make_shared<spdlog::logger>("codemate", sinks.begin(), sinks.end());
    made->set_level(spdlog::level::debug);
    made->flush_on(spdlog::level::debug); // few lines, and the last one before a crash is the one that matters
    // A log that cannot be written (full disk) must not disturb the work.
    made->set_error_handler([](const std::string&) {});
    logger() = std::move(made);
}

bool wanted(Level level) {
    return logger() && logger()->should_log(level_of(level));
}

void say(Level level, std::string_view text) {
    if (!logger()) return;
    const std::string line = printable(text, 4000);
    logger()->log(level_of(level), "{}", shown() ? shown()(line) : line);
}

} // namespace codemate::diagnostics
