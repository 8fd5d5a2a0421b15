#pragma once

#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/model/image.hpp"
#include "codemate/model/name.hpp"
#include "codemate/registry/registry.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codemate::registry {

// A blob that is to be sent.
struct Content {
    Digest digest;
    ByteCount size;
    std::function<std::string(ByteRange, Stop)> read; // exactly that part, as often as asked; throws Error, Interrupted
    // Reading costs little: what an earlier run sent is read, too, so that all of it is hashed.
    bool at_hand = false;
    std::string from = {}; // whose it is, as messages call it: "the models directory '/models'"
};

struct Sending {
    // Another repository of the same registry that has the blob: it need not be sent then.
    std::optional<ModelName> mount_from = {};
    std::optional<std::string> unfinished = {}; // the address of an upload that an earlier run did not end
    // Each address by which the upload goes on from then on; empty: it is over.
    std::function<void(const std::string& address)> address = {};
    std::function<void(ByteCount there)> progress = {}; // of the blob; goes back where it begins anew
};

struct Sent {
    ByteCount sent;    // over the wire, by this call
    ByteCount resumed; // of an earlier run
    bool mounted = false;
    std::size_t begun_anew = 0; // uploads that the registry would not go on with
};

// Puts models into one registry by the OCI distribution specification, each name whatever its host as
// <prefix>/<owner>/<model>:<tag>. May throw Error{unreachable, busy, unauthorised, forbidden, protocol, storage (of the
// registry's disk), failed} and Interrupted. Where credentials go: docs/decisions/0004-registry-credentials.md; an
// upload's address at another origin gets none, and nothing is sent on to where another origin redirects. One call at a
// time.
class Publisher {
public:
    virtual ~Publisher() = default;

    virtual std::string place(const ModelName&) const = 0; // "registry.corp/models/library/mistral:latest"; for people

    // In the model's repository. What answers to everything has nothing: the size, or the digest, has to be said.
    virtual bool has_blob(const ModelName&, const Digest&, ByteCount size, Stop) = 0;
    virtual std::optional<Digest> served(const ModelName&, Stop) = 0; // the digest behind the tag now; nothing: none

    // Sends a blob in parts, goes on where the registry has it after a cut, in this run or an earlier one, and begins
    // anew where it does not go on. Tries again what may pass, of the registry or of what is read that is not at hand.
    // What `read` threw in the end is told as that, of the kind that it has, and the upload may be gone on with.
    // Error{damaged} where what was read, or what the registry
    // got, does not have the digest; nothing of it is there then.
    virtual Sent upload(const ModelName&, const Content&, const Sending&, Stop) = 0;

    // The manifest's bytes as they are, under the tag. Error{damaged} where the registry says another digest of them,
    // Error{protocol} where it answers with a success that is none: what was not confirmed is read back.
    virtual void put_manifest(const ModelName&, const Image&, Stop) = 0;
};

struct PushOptions {
    http::Url registry; // with a path that stands before owner/model; http: the user wrote it so
    CredentialsFor credentials = {};
    ByteCount part{std::uint64_t{8} << 20};        // at most this much at once; less where the registry takes less
    int retries = 5;                               // in a row that bring nothing
    std::function<void(Duration, Stop)> wait = {}; // between two of them; throws Interrupted
    std::function<double()> random = [] { return 0.5; }; // from 0 to 1: spreads the waits of many clients
    std::function<void(const std::string&)> note = {};   // before each of them, why and how long: fit for a terminal
};

std::unique_ptr<Publisher> publish_to(http::Client&, PushOptions);

} // namespace codemate::registry
