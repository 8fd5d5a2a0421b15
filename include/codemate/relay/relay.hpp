#pragma once

#include "codemate/base/error.hpp"
#include "codemate/registry/registry.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

// A registry of our own, for as long as one pull lasts: the server is told to pull from it, gets the manifest that we
// choose, and its blobs from where they are to be had. docs/decisions/0005-relay.md.
namespace codemate::relay {

// Where a blob is to be had.
struct Source {
    ModelName place;                      // its repository at a registry or a mirror
    std::optional<std::string> open = {}; // address at which anybody may read it; nothing: it is carried through
};

// What a relay serves: exactly one image.
struct Offer {
    Image image;
    ModelName as;                     // model and tag are shown to the server: in its log, in the texts of its events
    std::map<Digest, Source> sources; // of blobs that the server lacks; a blob of the image without one is answered 404
};

struct Options {
    std::string address = "127.0.0.1"; // IPv4 of this machine; nothing else is bound
    std::uint16_t port = 0;            // 0: any that is free
    std::string owner;                 // a namespace that nobody guesses, as codemate-<32 hex>, made by the caller
    std::string probe_owner;           // likewise, of the name that only shows whether the server gets here
    // Bytes a second over all connections of all relays that the same Relays open with this rate; every blob is carried
    // then.
    std::optional<ByteCount> rate = {};
};

struct Traffic {
    ByteCount carried; // bytes of blobs that went through
    std::uint64_t manifests = 0;
    std::uint64_t redirected = 0;       // times that an open address was handed out
    std::uint64_t carried_requests = 0; // for a blob's bytes
    std::uint64_t refused = 0;          // requests and connections of others
};

// Serves from a thread of its own while it lives. Any thread may call.
class Relay {
public:
    virtual ~Relay() = default; // closes all connections, also in the middle of a transfer, and waits for none

    virtual ModelName name() const = 0; // what the server is to pull, insecure: "127.0.0.1:41234/codemate-…/mistral:7b"
    // Answered as a model that is not there: a pull of it shows whether the server gets here, and leaves nothing
    // behind.
    virtual ModelName probe() const = 0;
    virtual bool reached() const = 0; // a request for one of the two has come

    // Instead of redirecting, from the next request on. A pull that runs keeps the address that it has been given for
    // the blob in hand: it has to be closed and begun again.
    virtual void carry_everything() = 0;

    virtual Traffic traffic() const = 0;
    // The last thing that went wrong at a source. The server sees a cut connection and nothing else.
    virtual std::optional<Error> failure() const = 0;
};

class Relays {
public:
    virtual ~Relays() = default;
    // Throws Error{unreachable} where the address cannot be bound, Error{usage} where it is no IPv4 address, and where
    // owners are no words of a name.
    virtual std::unique_ptr<Relay> open(Offer, Options) = 0;
};

std::unique_ptr<Relays> over_http(registry::Registry&);

} // namespace codemate::relay
