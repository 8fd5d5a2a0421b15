#pragma once

#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/ollama/types.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codemate::ollama {

enum class Flow { go_on, drop }; // drop: close the stream; the server keeps what it has fetched

// An Ollama server. An answer is a value; all else is an Error, whose kind comes from the server's status or text
// (ollama/error_text), or Interrupted.
class Server {
public:
    virtual ~Server() = default;

    virtual std::string version(Stop) = 0;              // "0.32.15"
    virtual std::vector<Installed> installed(Stop) = 0; // ordered by name here, the server's order is random in part

    // Ordered by name. Bounded: a server answers no such question while a model loads, which is Error{unreachable}
    // after a few seconds.
    virtual std::vector<Running> running(Stop) = 0;

    // Error{not_found} if it is not there. Not for cloud stubs: about these the server asks the network.
    virtual Shown show(const ModelName&, Stop) = 0;

    virtual bool has_blob(const Digest&, Stop) = 0; // a file of that name; its content is not looked at

    // Makes the server fetch the model. Each event once, in order, and a pulse of silence every 250 ms without one.
    // Returns success only if the stream ended properly and its last object was success (facts.md 11, traps 1 and 2);
    // dropped if `on_event` asked for it. Throws Error{not_found, storage, damaged, unreachable …} by the server's
    // text.
    virtual PullEnd pull(const ModelName&, Transport, const std::function<Flow(const PullEvent&)>& on_event, Stop) = 0;

    // Lets the model go on from a text; it is loaded first if it is not. Each piece of the answer once, in order, and a
    // pulse of silence every 250 ms without one. Throws Error{not_found, unsupported (it generates no text), busy,
    // storage (it does not fit into memory), unreachable (the answer broke off, or nothing came for too long) …}.
    virtual Generated generate(const Prompt&, const std::function<Flow(const Chunk&)>& on_chunk, Stop) = 0;

    // The vector of a text; the model is loaded first if it is not. One answer, at the end. Throws Error{not_found,
    // busy, storage, unreachable, unsupported (a server that cannot do it) …}.
    virtual Embedded embed(const Passage&, Stop) = 0;

    // Into memory, as these options say; if it is there as they say, only its time there is set anew. Likewise.
    virtual void load(const ModelName&, const LoadOptions&, Stop) = 0;
    // Out of memory, when what is running there has ended: it may be listed for a moment longer.
    virtual void unload(const ModelName&, Stop) = 0;

    virtual void copy(const ModelName& from, const ModelName& to, Stop) = 0; // Error{not_found} without `from`
    virtual void remove(const ModelName&, Stop) = 0;                         // Error{not_found} if it is not there
};

// The server at this address. `authorization`: value of that header in all requests to it (ollama/access.hpp); empty:
// none. `read_pace`: least time between two reads of a pull's stream.
std::unique_ptr<Server> connect(http::Client&, http::Url endpoint, std::string authorization = {},
                                Duration read_pace = std::chrono::milliseconds(10));

// What runs, or nothing where the server does not say it, as while a model loads: that is no reason to end.
std::optional<std::vector<Running>> running_if_told(Server&, Stop);

// Puts `source` under the name `destination`. Copying over an installed model would leave its old layers on the disk
// until the server restarts (facts.md 12), so the old one goes to the name `spare` first and is deleted there
// afterwards, when the copy's digest has been checked; if anything fails the old one is back under its name, or a note
// of the error says where it is. `installed` is what the server lists now. Throws Error{damaged} if the digest is not
// the source's. A stop in the middle loses nothing, but may leave both names: pass one with a grace period
// (base/grace.hpp).
void copy_over(Server&, const ModelName& source, const ModelName& destination, const ModelName& spare,
               const std::vector<Installed>& installed, Stop);

} // namespace codemate::ollama
