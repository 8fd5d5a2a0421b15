#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/part_of_blob.hpp"
#include "registry/session.hpp"
#include "registry/tags.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"
#include "codemate/registry/registry.hpp"

#include <charconv>

namespace codemate::registry {

namespace {

constexpr ByteCount manifest_limit(std::uint64_t{4} << 20);
constexpr ByteCount tags_limit(std::uint64_t{1} << 20);
constexpr auto blob_patience = std::chrono::minutes(2);

constexpr std::string_view manifest_types =
    "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";

bool is_success(const http::Response& answer) {
    return answer.status / 100 == 2;
}

bool knows_no_head(const http::Response& answer) {
    return answer.status == 405 || answer.status == 501;
}

// What the registry says that the manifest's digest is. Ollama's own header is bare, the other one has its prefix.
std::optional<Digest> stated_digest(const http::Response& answer) {
    for (const auto* name : {"ollama-content-digest", "Docker-Content-Digest"}) {
        const std::string* text = answer.header(name);
        if (!text) continue;
        if (const auto digest = Digest::parse(trimmed(*text))) return digest;
    }
    return std::nullopt;
}

std::optional<ByteCount> stated_size(const http::Response& answer) {
    const std::string* text = answer.header("Content-Length");
    std::uint64_t size = 0;
    if (text == nullptr) return std::nullopt;
    const char* const end = text->data() + text->size();
    const auto [rest, problem] = std::from_chars(text->data(), end, size);
    return problem == std::errc{} && rest == end ? std::optional(ByteCount(size)) : std::nullopt;
}

// A list of images for several platforms has a digest too, but no model behind it.
bool is_one_manifest(const http::Response& answer) {
    const std::string* type = answer.header("Content-Type");
    return !type || (type->find("manifest.list") == std::string::npos &&
                     type->find("image.index") == std::string::npos && type->find("text/html") == std::string::npos);
}

// A digest is no tag: who knows tags only may say that it is none.
bool has_none_by_digest(const http::Response& answer) {
    return answer.status == 404 || answer.status == 410 || answer.status == 400;
}

Image parsed(std::string manifest, const Question& question) {
    try {
        return Image::parse(std::move(manifest));
    } catch (const Error& error) {
        throw with_hint(error).context("no manifest of " + question.entrance.what + " at " +
                                       shown(question.entrance.registry));
    }
}

// As people write it: the scheme's own port is left away.
std::string usual_text(const http::Url& url) {
    return url.scheme + "://" + shown(url) + url.path;
}

class HttpRegistry final : public Registry {
public:
    HttpRegistry(http::Client& client, Options options) : options_(std::move(options)), session_(client, options_) {}

    Digest digest(const ModelName&, Stop) override;
    Image image(const ModelName&, Stop) override;
    std::optional<Image> image(const ModelName&, const Digest&, Stop) override;
    std::optional<BlobPlace> find_blob(const ModelName&, const Digest&, Stop) override;
    std::string blob(const ModelName&, const Digest&, ByteCount limit, Stop) override;
    std::string blob_head(const ModelName&, const Digest&, ByteCount count, Stop) override;
    void read_blob(const ModelName&, const Digest&, ByteRange, const std::function<http::Flow(std::string_view)>& take,
                   Stop) override;

private:
    Question about(const ModelName&, std::string what, std::string path) const;
    Question about_manifest(const ModelName&, const std::string& reference) const;
    Question about_blob(const ModelName&, const Digest&) const;
    http::Response success(const Question&, Stop);
    [[noreturn]] void throw_no_tag(const ModelName&, Stop);

    Options options_;
    Session session_;
};

// The path consists of a name's parts, which have no slash and do not begin with a dot.
Question HttpRegistry::about(const ModelName& model, std::string what, std::string path) const {
    Question question;
    question.entrance = {address_of(model, options_), repository_of(model, options_), std::move(what)};
    question.path = "v2/" + question.entrance.repository + '/' + std::move(path);
    return question;
}

Question HttpRegistry::about_manifest(const ModelName& model, const std::string& reference) const {
    Question question = about(model, quoted(shown_name(model)), "manifests/" + reference);
    question.headers.push_back({"Accept", std::string(manifest_types)});
    question.limit = manifest_limit;
    return question;
}

Question HttpRegistry::about_blob(const ModelName& model, const Digest& digest) const {
    Question question =
        about(model, "the blob " + digest.id() + " of " + quoted(shown_name(model)), "blobs/" + digest.text());
    question.headers.push_back({"Accept", "application/octet-stream, */*"});
    question.patience = blob_patience;
    return question;
}

http::Response HttpRegistry::success(const Question& question, Stop stop) {
    http::Response answer = session_.send(question, std::move(stop));
    if (!is_success(answer)) throw session_.refusal(answer, question);
    return answer;
}

// Only a hint hangs on it, so that a registry which lists no tags, as Ollama's own, costs nothing but the question.
void HttpRegistry::throw_no_tag(const ModelName& model, Stop stop) {
    Error error = not_found(quoted(shown_name(model)), shown(address_of(model, options_)));
    std::string hint;
    try {
        Question question = about(model, "the tags of " + quoted(shown_name(model)), "tags/list");
        question.limit = tags_limit;
        hint = tags_hint(model.tag(), model.with_tag(std::string(ModelName::default_tag)).display_short(),
                         parse_tags(success(question, std::move(stop)).body));
    } catch (const Error& none) {
        diagnostics::debug(none.message());
    }
    if (hint.empty() && model.on_public_registry() && !options_.public_registry && !options_.everything_at)
        hint = "check its name and tag: https://ollama.com/" + repository_of(model, options_) + "/tags";
    throw hint.empty() ? error : std::move(error).hint(hint);
}

Digest HttpRegistry::digest(const ModelName& model, Stop stop) {
    Question question = about_manifest(model, model.tag());
    question.method = "HEAD";
    const http::Response answer = session_.send(question, stop);
    if (answer.status == 404) throw_no_tag(model, std::move(stop));
    if (!is_success(answer) && !knows_no_head(answer)) throw session_.refusal(answer, question);
    if (is_success(answer) && is_one_manifest(answer)) {
        if (const auto digest = stated_digest(answer)) return *digest;
    }
    return image(model, std::move(stop)).digest;
}

Image HttpRegistry::image(const ModelName& model, Stop stop) {
    const Question question = about_manifest(model, model.tag());
    http::Response answer = session_.send(question, stop);
    if (answer.status == 404) throw_no_tag(model, std::move(stop));
    if (!is_success(answer)) throw session_.refusal(answer, question);
    const auto stated = stated_digest(answer);
    if (stated && *stated != Digest::of(answer.body))
        throw damaged("the manifest of " + question.entrance.what, shown(question.entrance.registry));
    return parsed(std::move(answer.body), question);
}

std::optional<Image> HttpRegistry::image(const ModelName& model, const Digest& digest, Stop stop) {
    Question question = about_manifest(model, digest.text());
    question.entrance.what += " of the digest " + digest.id();
    http::Response answer = session_.send(question, std::move(stop));
    if (has_none_by_digest(answer)) return std::nullopt;
    if (!is_success(answer)) throw session_.refusal(answer, question);
    if (Digest::of(answer.body) != digest)
        throw damaged("the manifest of " + question.entrance.what, shown(question.entrance.registry));
    return parsed(std::move(answer.body), question);
}

std::optional<BlobPlace> HttpRegistry::find_blob(const ModelName& model, const Digest& digest, Stop stop) {
    Question question = about_blob(model, digest);
    question.patience = Question().patience; // no body is waited for
    question.method = "HEAD";
    http::Response answer = session_.send(question, stop);
    if (knows_no_head(answer)) { // the body is not waited for
        question.method = "GET";
        question.beyond = Question::Beyond::cut_off;
        question.located = Question::Located::followed;
        answer = session_.send(question, std::move(stop));
    }
    if (answer.status == 404 || answer.status == 410) return std::nullopt;
    if (!is_success(answer)) throw session_.refusal(answer, question);
    if (is_page(answer)) throw a_page(question.entrance.what, shown(question.entrance.registry));
    BlobPlace place;
    if (answer.status != 206) place.size = stated_size(answer);
    if (!session_.logs_in(question)) place.open = usual_text(question.entrance.registry / question.path);
    return place;
}

std::string HttpRegistry::blob(const ModelName& model, const Digest& digest, ByteCount limit, Stop stop) {
    Question question = about_blob(model, digest);
    question.limit = limit;
    question.located = Question::Located::followed;
    http::Response answer = success(question, std::move(stop));
    if (Digest::of(answer.body) != digest) throw damaged(question.entrance.what, shown(question.entrance.registry));
    return std::move(answer.body);
}

std::string HttpRegistry::blob_head(const ModelName& model, const Digest& digest, ByteCount count, Stop stop) {
    if (count == ByteCount()) return {};
    Question question = about_blob(model, digest);
    question.headers.push_back({"Range", "bytes=0-" + std::to_string(count.count() - 1)});
    question.limit = count;
    question.beyond = Question::Beyond::cut_off;
    question.located = Question::Located::followed;
    http::Response answer = session_.send(question, std::move(stop));
    if (answer.status == 416) return {}; // an empty blob has no first byte
    if (!is_success(answer)) throw session_.refusal(answer, question);
    const std::string* range = answer.header("Content-Range");
    if (answer.status == 206 && range && !range->starts_with("bytes 0-"))
        throw another_part(question.entrance.what, shown(question.entrance.registry));
    return std::move(answer.body);
}

void HttpRegistry::read_blob(const ModelName& model, const Digest& digest, ByteRange range,
                             const std::function<http::Flow(std::string_view)>& take, Stop stop) {
    if (range.count == 0) return;
    Question question = about_blob(model, digest);
    question.headers.push_back({"Range", range_header(range)});
    question.patience.reset();
    question.silence = options_.silence;
    question.located = Question::Located::followed;
    const std::string host = shown(question.entrance.registry);
    PartOfBlob part(range, question.entrance.what, host, take);
    question.take = [&](const http::Response& head, std::string_view bytes) { return part.add(head, bytes); };
    const http::Response answer = session_.send(question, std::move(stop));
    if (answer.status == 416) throw no_such_part(question.entrance.what, host);
    if (!is_success(answer)) throw session_.refusal(answer, question);
    part.finish();
}

} // namespace

std::unique_ptr<Registry> connect(http::Client& client, Options options) {
    if (options.everything_at) check_stand_in(*options.everything_at);
    return std::make_unique<HttpRegistry>(client, std::move(options));
}

} // namespace codemate::registry
