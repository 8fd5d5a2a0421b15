#include "cli/commands/json_parts.hpp"

namespace codemate::cli {
namespace {

std::string_view word(manifest::Origin::How how) {
    switch (how) {
    case manifest::Origin::How::built_in:
        break;
    case manifest::Origin::How::option:
        return "option";
    case manifest::Origin::How::environment:
        return "environment";
    case manifest::Origin::How::found:
        return "found";
    }
    return "builtin";
}

} // namespace

json::Value digest_json(const std::optional<Digest>& digest) {
    return digest ? json::Value(digest->text()) : json::Value();
}

json::Value strings(const std::vector<std::string>& texts) {
    json::Value array = json::Value::array();
    for (const std::string& text : texts)
        array.add(text);
    return array;
}

json::Value manifest_json(const manifest::Origin& origin) {
    json::Value object = json::Value::object();
    object.set("origin", word(origin.how));
    if (!origin.path.empty()) object.set("path", origin.path.string());
    return object;
}

json::Value reasons_json(const std::vector<rules::KeepReason>& reasons) {
    json::Value array = json::Value::array();
    for (const rules::KeepReason& reason : reasons)
        array.add(json::Value::object().set("why", rules::to_string(reason.why)).set("text", reason.text));
    return array;
}

} // namespace codemate::cli
