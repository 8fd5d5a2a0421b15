#include "codemate/ollama/environment.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ollama/endpoint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace codemate::ollama {
namespace {

using Reads = Variable::Reads;
using What = Flaw::What;

// "since" and "until" by AsMap of all tags from v0.1.39 on.
constexpr std::array variables{
    Variable{"OLLAMA_AUTH", Reads::truth},
    Variable{"OLLAMA_CLOUD_BASE_URL"}, // server/cloud_proxy.go, as are the next three elsewhere than in AsMap
    Variable{"OLLAMA_LLAMA_CPP_COMPAT", Reads::text, "0.30.0"},
    Variable{"OLLAMA_MLX_MTP_DRAFT_SCHEDULE", Reads::text, "", "0.31.0"},
    Variable{"OLLAMA_REGISTRY_MAXSTREAMS", Reads::text, "", "0.32.0"},
    Variable{"OLLAMA_CONTEXT_LENGTH", Reads::count, "0.5.13"},
    Variable{"OLLAMA_DEBUG", Reads::debug_level},
    Variable{"OLLAMA_DEBUG_LOG_REQUESTS", Reads::truth, "0.18.3"},
    Variable{"OLLAMA_EDITOR", Reads::text, "0.16.0"},
    Variable{"OLLAMA_EXPERIMENT"},
    Variable{"OLLAMA_FLASH_ATTENTION", Reads::truth},
    Variable{"OLLAMA_GO_TEMPLATE", Reads::truth, "0.30.0"},
    Variable{"OLLAMA_GPU_OVERHEAD", Reads::count, "0.3.10"},
    Variable{"OLLAMA_HOST", Reads::address},
    Variable{"OLLAMA_IGPU_ENABLE", Reads::truth, "0.30.0"},
    Variable{"OLLAMA_KEEP_ALIVE", Reads::span},
    Variable{"OLLAMA_KV_CACHE_TYPE", Reads::text, "0.5.0"},
    Variable{"OLLAMA_LIBRARY_PATH"},
    Variable{"OLLAMA_LLM_LIBRARY"},
    Variable{"OLLAMA_LOAD_TIMEOUT", Reads::span, "0.3.10"},
    Variable{"OLLAMA_MAX_LOADED_MODELS", Reads::count},
    Variable{"OLLAMA_MAX_QUEUE", Reads::count},
    Variable{"OLLAMA_MAX_TRANSFER_STREAMS", Reads::count, "0.23.3"},
    Variable{"OLLAMA_MAX_VRAM", Reads::text, "", "0.2.8"},
    Variable{"OLLAMA_MODELS", Reads::directory},
    Variable{"OLLAMA_MULTIUSER_CACHE", Reads::text, "0.3.13", "0.30.0"},
    Variable{"OLLAMA_NEW_ENGINE", Reads::text, "0.5.12", "0.30.0"},
    Variable{"OLLAMA_NEW_ESTIMATES", Reads::text, "0.11.5", "0.11.11"},
    Variable{"OLLAMA_NOHISTORY", Reads::truth},
    Variable{"OLLAMA_NOPRUNE", Reads::truth},
    Variable{"OLLAMA_NO_CLOUD", Reads::truth, "0.16.2"},
    Variable{"OLLAMA_NUM_PARALLEL", Reads::count},
    Variable{"OLLAMA_ORIGINS", Reads::origins},
    Variable{"OLLAMA_REMOTES", Reads::text, "0.12.0"},
    Variable{"OLLAMA_RUNNERS_DIR", Reads::text, "", "0.3.11"},
    Variable{"OLLAMA_SCHED_SPREAD", Reads::truth, "0.1.45"},
    Variable{"OLLAMA_TMPDIR", Reads::text, "", "0.5.2"},
    Variable{"OLLAMA_VULKAN", Reads::truth},
};

struct Instead {
    std::string_view name, advice;
};
// Options of a request or of a Modelfile that are often taken for variables (api/types.go, Options).
constexpr std::array not_read{
    Instead{"OLLAMA_NUM_THREAD", "threads are set by num_thread: `PARAMETER num_thread 8` in a Modelfile, or in the "
                                 "options of a request"},
    Instead{"OLLAMA_NUM_THREADS", "threads are set by num_thread: `PARAMETER num_thread 8` in a Modelfile, or in the "
                                  "options of a request"},
    Instead{"OLLAMA_NUM_CTX", "the default context is OLLAMA_CONTEXT_LENGTH; of one model it is num_ctx in a Modelfile "
                              "or in the options of a request"},
    Instead{"OLLAMA_NUM_GPU", "layers on the GPU are num_gpu in a Modelfile or in the options of a request"},
    Instead{"OLLAMA_GPU_LAYERS", "layers on the GPU are num_gpu in a Modelfile or in the options of a request"},
    Instead{"OLLAMA_NUM_BATCH", "the batch is num_batch in a Modelfile or in the options of a request"},
    Instead{"OLLAMA_NUM_PREDICT",
            "the length of an answer is num_predict in a Modelfile or in the options of a request"},
    Instead{"OLLAMA_TEMPERATURE", "it is temperature in a Modelfile or in the options of a request"},
    Instead{"OLLAMA_MODELS_CONFIG", "the server reads no list of models; codemate.json is one, for `codemate pull`"},
    Instead{"OLLAMA_MODELS_DIR", "the models directory is OLLAMA_MODELS"},
    Instead{"OLLAMA_MODELS_PATH", "the models directory is OLLAMA_MODELS"},
    Instead{"OLLAMA_MODEL_PATH", "the models directory is OLLAMA_MODELS"},
    Instead{"OLLAMA_GPU", "GPUs are chosen by CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES or GGML_VK_VISIBLE_DEVICES"},
    Instead{"OLLAMA_USE_GPU", "GPUs are chosen by CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES or "
                              "GGML_VK_VISIBLE_DEVICES"},
    Instead{"OLLAMA_TIMEOUT", "how long a load may stall is OLLAMA_LOAD_TIMEOUT; requests have no limit but the "
                              "client's"},
};

// Of the clients of Ollama, its install script and its rarer programs. Some are one letter from a variable of Ollama's.
constexpr std::array of_others{
    std::string_view{"OLLAMA_API"},
    std::string_view{"OLLAMA_API_BASE"},
    std::string_view{"OLLAMA_API_BASE_URL"},
    std::string_view{"OLLAMA_API_KEY"},
    std::string_view{"OLLAMA_API_URL"},
    std::string_view{"OLLAMA_BASE"},
    std::string_view{"OLLAMA_BASE_URL"},
    std::string_view{"OLLAMA_BASE_URLS"},
    std::string_view{"OLLAMA_BIN"},
    std::string_view{"OLLAMA_CHAT_MODEL"},
    std::string_view{"OLLAMA_CONTAINER"},
    std::string_view{"OLLAMA_DATA"},
    std::string_view{"OLLAMA_EMBED_MODEL"},
    std::string_view{"OLLAMA_EMBEDDING_MODEL"},
    std::string_view{"OLLAMA_EMBEDDINGS_MODEL"},
    std::string_view{"OLLAMA_ENDPOINT"},
    std::string_view{"OLLAMA_HOSTNAME"},
    std::string_view{"OLLAMA_IMAGE"},
    std::string_view{"OLLAMA_INSTALL_DIR"},
    std::string_view{"OLLAMA_LLM_MODEL"},
    std::string_view{"OLLAMA_MODEL"},
    std::string_view{"OLLAMA_MODEL_NAME"},
    std::string_view{"OLLAMA_PORT"},
    std::string_view{"OLLAMA_PROXY_URL"},
    std::string_view{"OLLAMA_SERVER"},
    std::string_view{"OLLAMA_TAG"},
    std::string_view{"OLLAMA_URL"},
    std::string_view{"OLLAMA_URLS"},
    std::string_view{"OLLAMA_VERSION"},
    std::string_view{"OLLAMA_VOLUME"},
};

// strconv.ParseBool of Go.
std::optional<bool> parse_truth(std::string_view text) {
    for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
        if (text == word) return true;
    }
    for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
        if (text == word) return false;
    }
    return std::nullopt;
}

bool says_no(std::string_view text) {
    constexpr std::array words{"no", "n", "off", "false", "f", "disable", "disabled", "none", "never", "nope", "null"};
    return std::ranges::any_of(words, [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

bool is_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc{} && end == text.data() + text.size();
}

bool is_integer(std::string_view text) {
    std::int64_t value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc{} && end == text.data() + text.size() && !text.empty();
}

// One number with its unit, as in Go's time.ParseDuration; what is left of the text, or nothing.
std::optional<std::string_view> after_one_span(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, digits);
    const bool has_digit = number.find_first_of("0123456789") != number.npos;
    if (!has_digit || std::ranges::count(number, '.') > 1) return std::nullopt;
    text.remove_prefix(digits);
    for (const std::string_view unit : {"ns", "us", "µs", "μs", "ms", "s", "m", "h"}) { // "ms" before "m"
        if (text.starts_with(unit)) return text.substr(unit.size());
    }
    return std::nullopt;
}

// A duration of Go's, or a whole number of seconds.
bool is_span(std::string_view text) {
    if (is_integer(text)) return true;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return false;
    while (!text.empty()) {
        const auto rest = after_one_span(text);
        if (!rest) return false;
        text = *rest;
    }
    return true;
}

std::string shown(std::string_view value) {
    return quoted(value, 100);
}

std::optional<Flaw> flaw_of_truth(std::string_view value) {
    if (parse_truth(value) || !says_no(value)) return std::nullopt;
    return Flaw{What::opposite,
                "Ollama takes " + shown(value) + " for true: only 0, f, F, false, False and FALSE are no", "false"};
}

std::optional<Flaw> flaw_of_count(std::string_view name, std::string_view value) {
    if (is_count(value)) return std::nullopt;
    const bool bytes = name == "OLLAMA_GPU_OVERHEAD";
    return Flaw{What::ignored, shown(value) + " is no whole number, so Ollama takes its default",
                bytes ? "a number of bytes, without a unit" : "a whole number"};
}

// Until 0.30 others than the first three are passed over (fs/ggml/ggml.go, SupportsKVCacheType); later ones go to
// llama.cpp as they are, which knows these, and ends where it knows none.
std::optional<Flaw> flaw_of_cache_type(std::string_view value) {
    constexpr std::array<std::string_view, 9> types{"f16",  "q8_0", "q4_0",   "f32", "bf16",
                                                    "q4_1", "q5_0", "iq4_nl", "q5_1"};
    if (std::ranges::any_of(types, [&](std::string_view type) { return equal_ignoring_case(type, value); }))
        return std::nullopt;
    return Flaw{What::no_type, shown(value) + " is no type of cache", "f16, q8_0 or q4_0"};
}

std::optional<Flaw> flaw_of_address(std::string_view value) {
    try {
        endpoint(value);
        const auto other = other_port(value);
        if (!other) return std::nullopt;
        const std::string instead = printable(other->instead, 200);
        if (other->written.empty())
            return Flaw{What::web_port, "http:// without a port means port 80, and Ollama's own is 11434", instead};
        return Flaw{What::port, shown(other->written) + " is no port, so Ollama takes " + std::to_string(other->taken),
                    instead + ", or whichever port is meant"};
    } catch (const Error& error) {
        return Flaw{What::fatal, error.message(), "an address such as 127.0.0.1:11434"};
    }
}

std::optional<Flaw> flaw_of_directory(std::string_view value) {
    if (!value.starts_with('~')) return std::nullopt;
    return Flaw{What::literal,
                "nobody replaces the ~ in " + shown(value) + ": Ollama takes it for a directory of that name",
                "the whole path"};
}

// gin-contrib/cors, which the server hands the list to, panics for others.
std::optional<Flaw> flaw_of_origins(std::string_view value) {
    for (const std::string_view part : split(value, ',')) {
        if (part.find('*') != part.npos || part.find("://") != part.npos) continue;
        return Flaw{What::fatal, shown(part) + " is no origin, and the server does not start with it",
                    "http://" + printable(trimmed(part), 100)};
    }
    return std::nullopt;
}

} // namespace

const Variable* find_variable(std::string_view name) {
    const auto found = std::ranges::find(variables, name, &Variable::name);
    return found == variables.end() ? nullptr : &*found;
}

std::string_view instead_of(std::string_view name) {
    const auto found = std::ranges::find(not_read, name, &Instead::name);
    return found == not_read.end() ? std::string_view() : found->advice;
}

bool is_of_others(std::string_view name) {
    return std::ranges::find(of_others, name) != of_others.end();
}

std::optional<std::string> meant_by(std::string_view name) {
    if (find_variable(name) != nullptr || is_of_others(name)) return std::nullopt;
    constexpr std::string_view prefix = "OLLAMA_";
    if (!name.starts_with(prefix)) return std::nullopt;
    std::vector<std::string> words; // what all begin with says nothing
    for (const Variable& variable : variables) {
        if (variable.until.empty()) words.emplace_back(variable.name.substr(prefix.size()));
    }
    const auto near = nearest(name.substr(prefix.size()), words);
    return near ? std::optional(std::string(prefix) + *near) : std::nullopt;
}

std::string_view value_of(std::string_view raw) {
    std::string_view value = trimmed(raw);
    while (!value.empty() && (value.front() == '"' || value.front() == '\''))
        value.remove_prefix(1);
    while (!value.empty() && (value.back() == '"' || value.back() == '\''))
        value.remove_suffix(1);
    return value;
}

std::optional<Flaw> flaw_of_value(std::string_view name, std::string_view raw) {
    const Variable* const variable = find_variable(name);
    const std::string_view value = value_of(raw);
    if (variable == nullptr || value.empty()) return std::nullopt;
    switch (variable->reads) {
    case Reads::text:
        return name == "OLLAMA_KV_CACHE_TYPE" ? flaw_of_cache_type(value) : std::nullopt;
    case Reads::truth:
        return flaw_of_truth(value);
    case Reads::count:
        return flaw_of_count(name, value);
    case Reads::span:
        if (is_span(value)) return std::nullopt;
        return Flaw{What::ignored, shown(value) + " is no span of time, so Ollama takes its default of 5m",
                    "24h, 10m or 90s, or a number of seconds; -1 is for ever"};
    case Reads::debug_level:
        if (parse_truth(value) || is_integer(value)) return std::nullopt;
        return Flaw{What::ignored, shown(value) + " is no level, so Ollama logs as without it", "1, or 2 for more"};
    case Reads::address:
        return flaw_of_address(value);
    case Reads::directory:
        return flaw_of_directory(value);
    case Reads::origins:
        return flaw_of_origins(value);
    }
    return std::nullopt;
}

bool is_true(std::string_view raw) {
    const std::string_view value = value_of(raw);
    return !value.empty() && parse_truth(value).value_or(true);
}

} // namespace codemate::ollama
