#pragma once

#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/model/image.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::registry {

// Where a blob is.
struct BlobPlace {
    // The registry's own address of it, where anybody may read it: no login, not even an anonymous token, was needed.
    // Never a signed one.
    std::optional<std::string> open;
    std::optional<ByteCount> size = {}; // as the registry states it, where it does
};

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    bool operator==(const ByteRange&) const = default;
};

// What stands behind a name at a registry: Ollama's own, or one by the OCI distribution specification. May be called by
// several threads at once. All of it may throw Error{unreachable, busy, unauthorised, forbidden, not_found, protocol}
// and Interrupted. Where credentials go: docs/decisions/0004-registry-credentials.md.
class Registry {
public:
    virtual ~Registry() = default;

    // The digest of the manifest that the tag serves now, by the cheapest request that says it (facts.md 5.4): HEAD
    // with ollama-content-digest, else Docker-Content-Digest, else GET and hash. Error{not_found} with the nearest tags
    // as a hint where the registry lists tags.
    virtual Digest digest(const ModelName&, Stop) = 0;

    // The manifest that the tag serves now, its bytes hashed here; where the registry names a digest that the bytes do
    // not have: Error{damaged}. At most 4 MiB.
    virtual Image image(const ModelName&, Stop) = 0;

    // The manifest of that digest, whatever the tag serves now. Nothing where the registry has none, or serves none by
    // digest, as Ollama's own. Error{damaged} where the bytes do not have the digest.
    virtual std::optional<Image> image(const ModelName&, const Digest&, Stop) = 0;

    // Nothing: the registry no longer has the blob. No content is fetched.
    virtual std::optional<BlobPlace> find_blob(const ModelName&, const Digest&, Stop) = 0;

    // A blob's content, checked against its digest (else Error{damaged}): for configurations, templates, licences.
    // Error{protocol} beyond the limit.
    virtual std::string blob(const ModelName&, const Digest&, ByteCount limit, Stop) = 0;

    // Its first bytes, unchecked (a ranged request; a registry that ignores ranges is cut off after that many): for the
    // header of a weights file. May be shorter than asked for.
    virtual std::string blob_head(const ModelName&, const Digest&, ByteCount count, Stop) = 0;

    // Exactly that part of it, unchecked, in pieces as they come, until `take` says drop. As long as it takes, but half
    // a minute without a byte is Error{unreachable}, as is an end before all was there. Error{protocol} where another
    // part or another size comes, Error{check} for a file that is too short. Without ranges: good for the beginning.
    virtual void read_blob(const ModelName&, const Digest&, ByteRange,
                           const std::function<http::Flow(std::string_view)>& take, Stop) = 0;
};

// Who one is at a host.
struct Credentials {
    std::string user = {}, password = {}; // basic, or for the token service
    std::string token = {};               // a bearer token as it is; then user and password are empty
    std::string identity_token = {};      // of `docker login`: what the token service takes instead (OAuth 2)
};
// By host and port, "registry.corp:443".
using CredentialsFor = std::function<std::optional<Credentials>(const std::string& host_and_port)>;

struct Options {
    std::optional<http::Url> public_registry = {}; // stands in for registry.ollama.ai (CODEMATE_REGISTRY)
    // Stands in for every registry, whatever host a model's name has: "mistral" is asked for there as
    // /v2/PATH/library/mistral/…, PATH being the URL's own. Credentials are those for its host.
    std::optional<http::Url> everything_at = {};
    // Hosts that were written with http:// by the user: asked without TLS. Everybody else only with it.
    std::vector<std::string> plain_http_hosts = {};
    CredentialsFor credentials = {}; // may be empty
    // The longest that read_blob() waits for a byte; more is Error{unreachable}.
    Duration silence = std::chrono::seconds(30);
};

// Throws Error{usage} for an everything_at whose path cannot be a part of a repository's name.
std::unique_ptr<Registry> connect(http::Client&, Options);

} // namespace codemate::registry
