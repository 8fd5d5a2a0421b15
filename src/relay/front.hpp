#pragma once

#include "relay/request.hpp"

#include "codemate/relay/relay.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace codemate::relay {

// A part of a blob that a reply consists of, and where it is read.
struct Carriage {
    Digest digest;
    ModelName place;
    registry::ByteRange part;
};

struct Reply {
    enum class What {
        refused,    // nothing that is here: the one answer to all of that, so that a stranger learns nothing
        probe,      // the same, to who knows the probe's name
        missing,    // likewise: a blob that is not the image's, or that has no source
        manifest,   // or its head
        told,       // a blob's size, or that it has no such part
        redirected, // to where anybody may read it
        sent_back,  // to the address at which it is carried
        carried,
    };
    What what = What::refused;
    std::string head; // whole, with the empty line
    std::string_view body = {};
    std::optional<Carriage> carriage = {}; // the body, instead
    Request::Then then = Request::Then::close;

    bool to_a_stranger() const { return what == What::refused; }
};

// Decides what is answered; moves no byte.
class Front {
public:
    // `host`: at which it is asked, "127.0.0.1:41234". Throws Error{usage} where owners are no words of a name.
    Front(Offer offer, const Options& options, const std::string& host);

    const ModelName& name() const { return name_; }
    const ModelName& probe() const { return probe_; }

    enum class Redirects { where_open, never };
    Reply answer(const std::optional<Request>&, Redirects) const; // nothing: what is no request for us

private:
    struct Blob {
        std::uint64_t size = 0;
        std::optional<Source> source;
    };

    Reply manifest(const Request&) const;
    Reply blob(const Request&, std::string_view digest, Redirects) const;
    Reply content(const Request&, std::string_view digest) const;
    Reply carried(const Request&, const Digest&, const Blob&) const;
    const std::pair<const Digest, Blob>* find(std::string_view digest) const; // nullptr: it is not to be had here

    Image image_;
    ModelName name_, probe_;
    std::map<Digest, Blob> blobs_;
};

// Whether it may stand in a Location that strangers see: an http address without user info, query and fragment, in
// characters that cannot end the line.
bool is_plain_address(std::string_view);

} // namespace codemate::relay
