#include "lifecycle/exports/private_paths.hpp"

#include "codemate/json/edit.hpp"
#include "codemate/json/read.hpp"

namespace codemate::lifecycle::exports {
namespace {

bool is_private_path(const json::Value& layer, const std::function<bool(const std::string&)>& is_private) {
    const json::Value* from = layer.find("from");
    const std::string* path = from == nullptr ? nullptr : from->string();
    return path != nullptr && path->starts_with('/') && is_private(*path);
}

} // namespace

std::optional<Image> without_private_paths(const Image& image,
                                           const std::function<bool(const std::string&)>& is_private) {
    if (!is_private) return std::nullopt;
    const json::Document document = json::read(image.bytes, "the model's manifest");
    std::string text = image.bytes;
    const auto leave_out = [&](const json::Value* layer, const std::string& place) {
        if (layer != nullptr && is_private_path(*layer, is_private)) text = json::remove_at(text, place + "/from");
    };
    leave_out(document.root.find("config"), "/config");
    if (const json::Value* layers = document.root.find("layers")) {
        for (std::size_t i = 0; i < layers->elements().size(); ++i)
            leave_out(&layers->elements()[i], "/layers/" + std::to_string(i));
    }
    if (text == image.bytes) return std::nullopt;
    return Image::parse(std::move(text));
}

bool was_made_here(const Image& image) {
    return image.bytes.ends_with('\n');
}

} // namespace codemate::lifecycle::exports
