#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace codemate::ollama {

// One entry of /api/tags (facts.md 3.2). What an older server leaves out is empty or zero.
struct Installed {
    ModelName name;
    std::optional<Digest> digest = {}; // none for MLX models and whatever else is not 64 digits
    ByteCount size = {};               // the sum that its manifest states; layers shared with others counted here too
    Time modified{};                   // of the last pull, create or copy; not of publication
    std::string format = {}, family = {}, parameter_size = {}, quantization = {};
    std::uint64_t context_length = 0;
    std::vector<std::string> capabilities = {};      // sorted
    std::string remote_model = {}, remote_host = {}; // of a cloud stub

    bool cloud() const { return !remote_host.empty() || !remote_model.empty(); }
};

// One line of a pull's stream (facts.md 3.5), or a pulse of silence.
struct PullEvent {
    enum class Stage { resolving, layer, verifying, writing, cleaning, other, silence };
    Stage stage = Stage::other;
    std::optional<Digest> layer = {};     // of stage layer, where the server sends a true digest
    std::string layer_name = {};          // of stage layer: the digest as sent, also "sha256:model"
    ByteCount completed = {}, total = {}; // as sent: may be absent (0), may go down, may never reach the total
    std::string status = {};              // as sent
};

enum class Transport { https, plain_http }; // plain_http: "insecure", for every request of that pull (facts.md 2.5)

enum class PullEnd { success, dropped };

} // namespace codemate::ollama
