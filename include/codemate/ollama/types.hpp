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

// What the header of its weights says of a model's attention, as far as it decides what a token takes of memory
// ("<architecture>.attention.…"). Zero: it says nothing.
struct Attention {
    std::uint64_t blocks = 0;
    std::uint64_t heads = 0, kv_heads = 0;          // of each block
    std::uint64_t key_length = 0, value_length = 0; // of each head
    std::uint64_t sliding_window = 0;               // in tokens: some blocks look back no further
    bool differs_by_block = false; // not one number of heads for all of them; /api/show leaves them out
    bool causal = true;            // false: an encoder, which keeps nothing of a token

    bool operator==(const Attention&) const = default;
};

// What /api/show knows of one installed model (facts.md 3.3). What is absent is empty or zero.
struct Shown {
    std::string format = {}, family = {}, parameter_size = {}, quantization = {};
    std::uint64_t context_length = 0; // that the weights were made for: "<architecture>.context_length" of their header
    std::uint64_t embedding_length = 0;
    Attention attention = {};
    std::vector<std::string> capabilities = {};                // sorted
    std::string template_text = {}, system = {}, license = {}; // several licences are joined by line feeds
    std::string parameters = {};                               // one a line: name, spaces, value
    // Where its weights stand on the server's own file system, "/…/blobs/sha256-…", which need not be this machine's.
    // Models without GGUF weights and cloud stubs have none. It is in no field: the text that it stands in may hold
    // what others wrote, so nothing may rest on it alone.
    std::string weights_file = {};
};

// A model in the server's memory: one entry of /api/ps (facts.md 3.4).
struct Running {
    ModelName name; // of models that share their weights only the one that was loaded first
    std::optional<Digest> digest = {};
    ByteCount size = {}, size_vram = {}; // weights, cache and buffers; the part of it on GPUs
    std::uint64_t context_length = 0;    // that it is served with
    std::optional<Time> expires = {};    // may have passed already: it is about to be unloaded
};

// One line of a pull's stream (facts.md 3.5), or a pulse of silence.
struct PullEvent {
    enum class Stage { resolving, layer, verifying, writing, cleaning, other, silence };
    Stage stage = Stage::other;
    std::optional<Digest> layer = {};     // of stage layer, where the server sends a true digest
    std::string layer_name = {};          // of stage layer: the digest as sent, also "sha256:model"
    ByteCount completed = {}, total = {}; // as sent: may be absent (0), may go down, may never reach the total
    std::string status = {};              // as sent, but for credentials in URLs
};

// How long a model stays in memory after a request (facts.md 3.10).
struct KeepAlive {
    std::optional<Duration> span; // nothing: for ever
};

// What decides how a model is loaded. Another value than it is loaded with makes the server load it again.
struct LoadOptions {
    std::optional<std::uint64_t> num_ctx = {}; // in tokens; nothing: the server's default, or the model's own
    std::optional<KeepAlive> keep_alive = {};  // nothing: the server's default
};

// What a model shall go on from.
struct Prompt {
    ModelName model;
    std::string text; // not empty
    bool raw = true;  // as it stands; else the model's template and system text are put around it
    LoadOptions load = {};
    std::uint64_t num_predict = 128; // tokens at most
    std::uint64_t seed = 0;
    double temperature = 0;
    Duration patience = std::chrono::minutes(10); // the longest without a byte, loading and queueing included
};

// A piece of the answer, which is no token: servers hold text back and merge it. Both texts empty: a pulse of silence,
// or a piece without text.
struct Chunk {
    SteadyTime received{}; // when its bytes left the socket
    std::string text = {}, thinking = {};
    bool silence = false; // a pulse: nothing came
};

// How an answer ended, and the server's own figures of it. What it left out is nothing: it means zero as well as
// unknown.
struct Generated {
    enum class End {
        complete,      // its final object came
        without_final, // the stream ended properly, but its last object was not the final one (facts.md 3.10)
        dropped,       // the receiver wanted no more
    };
    End end = End::complete;
    std::string done_reason = {}; // "stop", "length"
    std::optional<Duration> total = {};
    std::optional<Duration> load = {};        // until a runner was there: queueing included
    std::optional<Duration> prompt_eval = {}; // of the tokens that were not in the prompt cache
    std::optional<Duration> eval = {};
    std::optional<std::uint64_t> prompt_tokens = {}, tokens = {};
};

// A text to be made into a vector.
struct Passage {
    ModelName model;
    std::string text; // empty: the model is only loaded
    LoadOptions load = {};
    Duration patience = std::chrono::minutes(10); // with a server that sends nothing: loading and queueing included
};

// What the server says of it. What it left out is nothing: it means zero as well as unknown.
struct Embedded {
    std::size_t vectors = 0, dimensions = 0;  // how many, and how many numbers the first one has
    std::optional<Duration> total = {};       // from the request to the vector
    std::optional<Duration> load = {};        // until a runner was there: queueing included
    std::optional<std::uint64_t> tokens = {}; // of the text
    std::vector<float> numbers = {};          // of the first one; what is no number is not finite here
};

enum class Transport { https, plain_http }; // plain_http: "insecure", for every request of that pull (facts.md 2.5)

enum class PullEnd { success, dropped };

} // namespace codemate::ollama
