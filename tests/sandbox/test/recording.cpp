#include "sandbox/test/recording.hpp"

#include "support/temp_dir.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace codemate::test {
namespace {

using json::Cursor;

RawHeaders pairs(const Cursor& list) {
    RawHeaders headers;
    for (const auto& pair : list.elements())
        headers.emplace_back(pair.elements()[0].string(), pair.elements()[1].string());
    return headers;
}

RawRequest read_request(const Cursor& from) {
    RawRequest request{.method = from.at("method").string(), .path = from.at("path").string()};
    if (from.has("headers"))
        for (const auto& member : from.at("headers").value().members())
            request.headers.emplace_back(member.key, *member.value.string());
    if (from.has("body")) request.body = from.at("body").string();
    return request;
}

RawReply read_reply(const Cursor& from) {
    RawReply reply;
    reply.status = static_cast<int>(from.at("status").unsigned_integer());
    reply.reason = from.at("reason").string();
    reply.headers = pairs(from.at("headers"));
    for (const auto& chunk : from.at("chunks").elements())
        reply.chunks.push_back(
            {std::chrono::milliseconds(chunk.elements()[0].unsigned_integer()), chunk.elements()[1].string()});
    const auto& end = from.at("end").string();
    reply.end = end == "complete"        ? RawReply::End::complete
                : end == "client closed" ? RawReply::End::dropped
                                         : RawReply::End::cut;
    return reply;
}

} // namespace

std::optional<Recording> find_recording(const std::string& server, const std::string& scenario) {
    const auto path = std::filesystem::path(CODEMATE_TEST_DATA) / "captures" / server / (scenario + ".json");
    if (!std::filesystem::exists(path)) return std::nullopt;
    const auto document = json::read(read_text(path), path.string());
    const Cursor root(document.root, "the recording");
    return Recording{scenario, read_request(root.at("request")), read_reply(root.at("response"))};
}

std::vector<std::string> lines_of(const RawReply& reply) {
    std::vector<std::string> lines;
    const std::string body = reply.body();
    std::size_t at = 0;
    for (std::size_t end = 0; (end = body.find('\n', at)) != std::string::npos; at = end + 1)
        lines.push_back(body.substr(at, end - at));
    return lines;
}

namespace {

// {"models":[{"name":s,"size":n}]}: elements of a list that look alike stand for each other.
std::string shape_of(const json::Value& value) {
    std::string text;
    if (value.is_object()) {
        for (const auto& member : value.members())
            text += (text.empty() ? "" : ",") + member.key + ":" + shape_of(member.value);
        return "{" + text + "}";
    }
    if (value.is_array()) {
        std::vector<std::string> shapes;
        for (const auto& element : value.elements())
            shapes.push_back(shape_of(element));
        std::ranges::sort(shapes); // lists of models come in any order
        const auto same = std::ranges::unique(shapes);
        shapes.erase(same.begin(), same.end());
        for (const auto& shape : shapes)
            text += (text.empty() ? "" : ",") + shape;
        return "[" + text + "]";
    }
    return std::string(value.type_name());
}

json::Value parsed(const std::string& text) {
    return json::read(text, "the body").root;
}

// Digests of whatever content, and what is shortened from them.
std::string without_digests(std::string text) {
    for (std::size_t at = 0; (at = text.find("sha256:", at)) != std::string::npos; at += 8)
        if (Digest::parse(text.substr(at, 71))) text.replace(at, 71, "sha256:*");
    return text;
}

// Times that stand in a text: they are the only values that no run repeats.
std::string without_times(std::string text) {
    for (const std::string key : {"\"created_at\":\"", "\"modified_at\":\"", "\"expires_at\":\""})
        for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos;) {
            at += key.size();
            text.replace(at, text.find('"', at) - at, "*");
        }
    return text;
}

struct Line {
    std::string stage; // "pulling manifest", "layer", …
    std::string shape; // with values where they are words
    bool layer = false;
};

Line read_line(const std::string& text) {
    const auto value = parsed(text);
    const auto* status = value.find("status");
    if (status == nullptr) return {without_digests(text), ""};
    if (value.find("digest") == nullptr) return {*status->string(), shape_of(value)};
    return {"layer", shape_of(value), true};
}

constexpr std::string_view layer_shape = "{status:a string,digest:a string";

bool is_layer_shape(const std::string& shape) {
    const std::string start(layer_shape);
    return shape == start + ",total:a number,completed:a number}" || shape == start + ",total:a number}" ||
           shape == start + "}";
}

std::string events_form(const RawReply& reply, Agreement agreement) {
    std::string text;
    bool after_layer = false;
    for (const auto& each : lines_of(reply)) {
        const auto line = read_line(each);
        if (line.layer && !is_layer_shape(line.shape)) text += "not a layer's line: " + line.shape + "\n";
        if (line.layer && (after_layer || agreement == Agreement::outcome)) continue;
        after_layer = line.layer;
        text += line.layer ? "layers\n" : line.stage + " " + line.shape + "\n";
    }
    return text;
}

std::string lines_form(const RawReply& reply) {
    std::string text;
    for (const auto& each : lines_of(reply)) {
        const auto line = read_line(each);
        text += line.stage + " " + line.shape + "\n";
    }
    return text;
}

std::string answer_form(const RawReply& reply) {
    std::string text, last;
    for (const auto& each : lines_of(reply)) {
        const auto value = parsed(each);
        const auto* reason = value.find("done_reason");
        const std::string form = shape_of(value) + (reason == nullptr ? "" : " " + *reason->string()) + "\n";
        if (form != last) text += form;
        last = form;
    }
    return text;
}

// A length is right, or it is told. Of a HEAD there is nothing to compare it with; in recordings with the name of a
// directory that name was replaced, and the length kept.
std::string length_form(const RawReply& reply, const std::string& value) {
    const auto body = reply.body();
    const bool right = body.empty() || value == std::to_string(body.size());
    return right || body.find("/usr/share/ollama/") != std::string::npos ? "right" : value;
}

std::string headers_form(const RawReply& reply) {
    std::vector<std::string> lines;
    for (const auto& [key, value] : reply.headers)
        lines.push_back(key + ": " +
                        (key == "Date"             ? "*"
                         : key == "Content-Length" ? length_form(reply, value)
                                                   : value));
    std::ranges::sort(lines); // the library sorts them
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    return text;
}

std::string body_form(const RawReply& reply, Agreement agreement) {
    switch (agreement) {
    case Agreement::text:
        return without_times(reply.body());
    case Agreement::shape:
        return reply.body().empty() ? "" : shape_of(parsed(reply.body()));
    case Agreement::outcome:
    case Agreement::events:
        return events_form(reply, agreement);
    case Agreement::lines:
        return lines_form(reply);
    case Agreement::answer:
        return answer_form(reply);
    }
    return {};
}

// Chunks of a stream are its lines: a client that reads chunk by chunk must not see halves where the real server sends
// none.
std::string chunks_form(const RawReply& reply) {
    for (const auto& chunk : reply.chunks)
        if (reply.header("Transfer-Encoding") != nullptr && lines_of(reply).size() > 1 &&
            (chunk.text.find('\n') + 1 != chunk.text.size()))
            return "a chunk that is not one line: " + chunk.text + "\n";
    return {};
}

} // namespace

std::string form_of(const RawReply& reply, Agreement agreement, const std::function<std::string(std::string)>& clean) {
    return clean(std::to_string(reply.status) + " " + reply.reason + "\n" + headers_form(reply) + "\n" +
                 body_form(reply, agreement) + chunks_form(reply));
}

} // namespace codemate::test
