#include "codemate/state/uploads.hpp"

#include "state/line_file.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <chrono>
#include <fcntl.h>
#include <filesystem>

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr Duration kept_for = std::chrono::days(7);

LineFile lines_of(const std::filesystem::path& file) {
    return {file, "the memory of uploads"};
}

// An upload's address may be a signed one, by which others could write.
void make_private(const std::filesystem::path& file) {
    std::error_code failure; // whoever writes it tells what is wrong
    std::filesystem::create_directories(file.parent_path(), failure);
    const Descriptor made(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
    if (made.get() < 0)
        std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                                     failure);
}

} // namespace

std::string to_line(const Upload& upload) {
    json::Value line = json::Value::object();
    line.set("at", to_rfc3339(upload.at)).set("place", upload.place).set("blob", upload.blob.text());
    return json::to_line(line.set("address", upload.address));
}

std::optional<Upload> parse_upload(std::string_view text) {
    constexpr std::string_view what = "an upload";
    try {
        const json::Document document = json::read(text, what);
        const json::Cursor line(document.root, what);
        const auto blob = Digest::parse(line.at("blob").string());
        if (!blob) return std::nullopt;
        return Upload{line.at("place").string(), *blob, line.at("address").string(), line.at("at").time()};
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::optional<std::string> Uploads::address(const std::string& place, const Digest& blob, Time now) const {
    std::optional<std::string> found;
    for (Upload& upload : parsed_lines(lines_of(file_).text(), parse_upload)) {
        const bool meant = upload.place == place && upload.blob == blob;
        if (meant && upload.at <= now && now - upload.at <= kept_for) found = std::move(upload.address);
    }
    return found;
}

void Uploads::remember(const Upload& upload, Stop stop) const {
    change(upload.place, upload.blob, upload, std::move(stop));
}

void Uploads::forget(const std::string& place, const Digest& blob, Stop stop) const {
    change(place, blob, std::nullopt, std::move(stop));
}

void Uploads::change(const std::string& place, const Digest& blob, const std::optional<Upload>& upload,
                     Stop stop) const {
    const auto changed = [&](const std::string& text) {
        std::string lines;
        for (const Upload& each : parsed_lines(text, parse_upload)) {
            const bool old = upload && upload->at - each.at > kept_for;
            if (!old && !(each.place == place && each.blob == blob)) lines += to_line(each) + "\n";
        }
        if (upload) lines += to_line(*upload) + "\n";
        return newest_lines(lines, most_entries);
    };
    if (upload) make_private(file_);
    lines_of(file_).change(changed, std::move(stop));
}

} // namespace codemate::state
