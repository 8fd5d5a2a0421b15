#include "relay/front.hpp"

#include <algorithm>

namespace codemate::relay {

namespace {

using What = Reply::What;

constexpr std::string_view manifest_type = "application/vnd.docker.distribution.manifest.v2+json";

// Takes as long wherever they differ: how long a refusal takes tells nothing about the namespace.
bool same_secret(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^
                                            static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]));
    return difference == 0;
}

// The part of a path up to the next slash, taken off with it.
std::string_view take_part(std::string_view& path) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    return part;
}

std::string header(std::string_view name, std::string_view value) {
    return std::string(name).append(": ").append(value).append("\r\n");
}

std::string length_header(std::uint64_t length) {
    return header("Content-Length", std::to_string(length));
}

Reply reply(const Request& request, What what, std::string_view status, const std::string& headers) {
    Reply made;
    made.what = what;
    made.then = request.then;
    made.head = "HTTP/1.1 " + std::string(status) + "\r\n" + headers +
                (request.then == Request::Then::close ? header("Connection", "close") : "") + "\r\n";
    return made;
}

Reply not_here(What what) {
    Request any;
    any.then = Request::Then::close;
    return reply(any, what, "404 Not Found", length_header(0));
}

} // namespace

bool is_plain_address(std::string_view address) {
    const auto fits = [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("?#@\"<>\\^`{|}").find(c) == std::string_view::npos;
    };
    return (address.starts_with("https://") || address.starts_with("http://")) && std::ranges::all_of(address, fits);
}

Front::Front(Offer offer, const Options& options, const std::string& host)
    : image_(std::move(offer.image)), name_(host, options.owner, offer.as.model(), offer.as.tag()),
      probe_(host, options.probe_owner, offer.as.model(), offer.as.tag()) {
    for (const Layer& layer : image_.blobs()) {
        const auto source = offer.sources.find(layer.digest);
        Blob blob{layer.size.count(), {}};
        if (source != offer.sources.end()) blob.source = source->second;
        blobs_.emplace(layer.digest, std::move(blob));
    }
}

// "/v2/OWNER/MODEL/manifests/TAG" and the same with blobs and content. Anything else looks the same from outside.
Reply Front::answer(const std::optional<Request>& request, Redirects redirects) const {
    if (!request || !request->path.starts_with("/v2/")) return not_here(What::refused);
    std::string_view rest = std::string_view(request->path).substr(4);
    const auto owner = take_part(rest);
    const bool ours = same_secret(owner, name_.owner()), probed = same_secret(owner, probe_.owner());
    const auto model = take_part(rest), kind = take_part(rest);
    if ((!ours && !probed) || model != name_.model()) return not_here(What::refused);
    if (probed) return not_here(What::probe);
    if (kind == "manifests" && rest == name_.tag()) return manifest(*request);
    if (kind == "blobs") return blob(*request, rest, redirects);
    if (kind == "content") return content(*request, rest);
    return not_here(What::missing);
}

Reply Front::manifest(const Request& request) const {
    Reply made = reply(request, What::manifest, "200 OK",
                       header("Content-Type", manifest_type) + length_header(image_.bytes.size()) +
                           header("Docker-Content-Digest", image_.digest.text()));
    if (request.method == Request::Method::get) made.body = image_.bytes;
    return made;
}

const std::pair<const Digest, Front::Blob>* Front::find(std::string_view digest) const {
    const auto parsed = Digest::parse(digest);
    if (!parsed || digest != parsed->text()) return nullptr;
    const auto found = blobs_.find(*parsed);
    return found == blobs_.end() || !found->second.source ? nullptr : &*found;
}

// Ollama's server wants to be told where a blob is, with 200 and not with a redirect: one to the same host name, on
// whatever port, it would follow and then miss the Location (facts.md 12).
Reply Front::blob(const Request& request, std::string_view digest, Redirects redirects) const {
    const auto* found = find(digest);
    if (!found) return not_here(What::missing);
    const auto& open = found->second.source->open;
    const bool redirect = redirects == Redirects::where_open && open && is_plain_address(*open);
    if (request.method == Request::Method::head || (request.by_transfer_client && !redirect))
        return carried(request, found->first, found->second);
    const std::string here = "/v2/" + name_.owner() + '/' + name_.model() + "/content/" + found->first.text();
    return reply(request, redirect ? What::redirected : What::sent_back,
                 request.by_transfer_client ? "307 Temporary Redirect" : "200 OK",
                 header("Location", redirect ? *open : here) + length_header(0));
}

Reply Front::content(const Request& request, std::string_view digest) const {
    const auto* found = find(digest);
    return found ? carried(request, found->first, found->second) : not_here(What::missing);
}

Reply Front::carried(const Request& request, const Digest& digest, const Blob& blob) const {
    const std::string size = std::to_string(blob.size);
    registry::ByteRange part{0, blob.size};
    std::string headers = header("Content-Type", "application/octet-stream") + header("Accept-Ranges", "bytes");
    if (request.range) {
        const auto wanted = parse_range(*request.range, blob.size);
        if (!wanted)
            return reply(request, What::told, "416 Range Not Satisfiable",
                         header("Content-Range", "bytes */" + size) + length_header(0));
        part = *wanted;
        headers += header("Content-Range", "bytes " + std::to_string(part.first) + '-' +
                                               std::to_string(part.first + (part.count - 1)) + '/' + size);
    }
    const bool head = request.method == Request::Method::head;
    Reply made = reply(request, head ? What::told : What::carried, request.range ? "206 Partial Content" : "200 OK",
                       headers + length_header(part.count));
    if (!head) made.carriage = Carriage{digest, blob.source->place, part};
    return made;
}

} // namespace codemate::relay
