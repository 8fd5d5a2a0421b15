#include "sandbox/options.hpp"

#include "sandbox/faults.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/time.hpp"

#include <charconv>

namespace codemate::sandbox {
namespace {

std::uint16_t parse_port(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failed != std::errc() || end != text.data() + text.size())
        throw Error(Kind::usage, "--port wants a number from 0 to 65535, not " + quoted(text));
    return port;
}

// Everything that takes 30 s becomes so long; what is shorter keeps its proportion.
Waits parse_patience(const std::string& text) {
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(text));
    Waits waits;
    waits.patience = patience;
    waits.retry = patience / 30;
    return waits;
}

bool take(Options& options, std::string_view name, const std::string& value) {
    if (name == "--port")
        options.port = parse_port(value);
    else if (name == "--store")
        options.store = value;
    else if (name == "--catalog")
        options.catalog = value;
    else if (name == "--patience")
        options.waits = parse_patience(value);
    else if (name == "--fault") {
        Fault::parse(value); // mistakes are told before anything starts
        options.faults.push_back(value);
    } else
        return false;
    return true;
}

} // namespace

Options parse_options(std::span<const std::string> arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        if (word == "--help" || word == "-h")
            options.what = Options::What::help;
        else if (word == "--version")
            options.what = Options::What::version;
        else {
            const auto equals = word.find('=');
            const auto name = word.substr(0, equals);
            const bool separate = equals == std::string::npos;
            if (separate && i + 1 == arguments.size() && name.starts_with("--"))
                throw Error(Kind::usage, quoted(word) + " wants a value, or is no option")
                    .hint("codemate-sandbox --help");
            if (!name.starts_with("--") || !take(options, name, separate ? arguments[++i] : word.substr(equals + 1)))
                throw Error(Kind::usage, "there is no option " + quoted(word)).hint("codemate-sandbox --help");
        }
    }
    return options;
}

std::string help_text() {
    std::string text =
        R"(codemate-sandbox: a stand-in for an Ollama server and its registry, on this machine, without the network

usage: codemate-sandbox [--port N] [--store DIR] [--catalog FILE] [--fault FAULT]... [--patience DURATION]

  --port N             listen on 127.0.0.1:N; 0 or absent: on any free port, printed in the first line
  --store DIR          the server's models directory (blobs/ and manifests/); absent: a temporary one, removed at the end
  --catalog FILE       what the registry serves, instead of the built-in models
  --fault FAULT        something goes wrong from the start; may be given several times
  --patience DURATION  how long it looks for a blob's address and bears a silent registry (30s, as the real server)
  --help, --version

Everything is simulated: the models are random numbers of half a megabyte which a real server accepts and loads, under the
names and contexts of real ones. It ends on SIGTERM and SIGINT.

Catalogue file: { "models": [ { "name": "mistral:latest", ... } ] }, // comments allowed
  name           with owner and tag where they are not library and latest
  same_as        another entry's name: two tags of one image; no other keys then
  family, parameters, quantization ("Q4_0"), context (number), license, template, system: texts that the server shows
  params         object, as {"stop": ["[INST]"]}
  embedding      true: an embedding model
  layers         of the network (0: no valid weights, only random bytes)
  size           ("40MB") up to which the weights file is filled with random bytes; seed: other weights
  moved          object of such keys: what differs once the tag has moved (other weights at least)

Faults: NAME[=VALUE][@MODEL][@/PATH][#TIMES]: only for that model ("mistral": any tag), only for requests to that path,
only so often. While it runs: GET /sandbox/faults, POST /sandbox/faults with a fault as the body,
PUT /sandbox/faults/NAME with the value as the body, DELETE /sandbox/faults/NAME, DELETE /sandbox/faults.
)";
    for (const auto& form : fault_forms()) {
        std::string name = "  " + std::string(form.name) + (form.value.empty() ? "" : "=" + std::string(form.value));
        name.resize(std::max<std::size_t>(name.size() + 2, 32), ' ');
        text += name + std::string(form.what) + "\n";
    }
    return text;
}

} // namespace codemate::sandbox
