#pragma once

#include "cli/world.hpp"

#include "codemate/manifest/lock.hpp"

#include <filesystem>
#include <string>

namespace codemate::test {

// What a lock says of a model that the sandbox has installed from its own registry.
inline manifest::Locked locked(const Sandbox& sandbox, const std::string& model, const std::string& tag = "latest") {
    const auto path = sandbox.store() / "manifests/registry.ollama.ai/library" / model / tag;
    const std::string bytes = read_text(path);
    const Image image = Image::parse(bytes);
    return {image.digest, ModelName::parse(model + ":" + tag), image.size(), "Q4_0", bytes, {}, {}};
}

// A project that requires one model, and the lock that fits what is installed.
inline void write_project(const World& world, const std::string& model, const std::string& expectations = "{}") {
    world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": ")" + model + R"("}, "models": {")" +
                                                 model + R"(": {"expect": )" + expectations + "}}}");
    manifest::Lock lock;
    const manifest::Locked entry = locked(world.sandbox, model);
    lock.models.emplace(entry.source, entry);
    world.directory().write("codemate.lock", manifest::to_text(lock));
}

// steady(), and the directory that the project is in: DIRECTORY.
inline std::string steady_in(const World& world, std::string text) {
    const std::string here = world.directory().path().string();
    for (std::size_t at = 0; (at = text.find(here, at)) != std::string::npos;)
        text.replace(at, here.size(), "DIRECTORY");
    return steady(std::move(text), world.sandbox);
}

} // namespace codemate::test
