#pragma once

#include "support/fake_registry.hpp"
#include "support/fake_server.hpp"

#include "codemate/manifest/lock.hpp"

#include <string>

// Small models, as a registry serves them, as a server has them that pulled them, and as a lock pins them.
namespace codemate::test {

inline FakeRegistry::Model image(const std::string& weights, const std::string& quantization,
                                 const std::string& license = "Apache 2.0",
                                 const std::string& chat = "{{ .Prompt }}!") {
    return FakeRegistry::model(R"({"model_format":"gguf","model_family":"llama","model_type":"7B","file_type":")" +
                                   quantization + R"("})",
                               {{"model", weights}, {"template", chat}, {"license", license}});
}

// The same, as a server has it that pulled it.
inline FakeServer::Model as_installed(const FakeRegistry::Model& model, const std::string& license = "Apache 2.0",
                                      const std::string& chat = "{{ .Prompt }}!") {
    const Image parsed = model.image();
    FakeServer::Model installed;
    installed.digest = parsed.digest;
    for (const Layer& blob : parsed.blobs())
        installed.layers.push_back({blob.digest, blob.size});
    installed.license = license;
    installed.template_text = chat;
    return installed;
}

inline manifest::Locked locked(const FakeRegistry::Model& model, const std::string& source) {
    manifest::Locked entry{model.image().digest, ModelName::parse(source), {}, {}, {}, {}, {}};
    entry.size = model.image().size();
    entry.quantization = "Q4_0";
    entry.bytes = model.manifest;
    return entry;
}

} // namespace codemate::test
