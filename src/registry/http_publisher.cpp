#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/session.hpp"
#include "registry/upload.hpp"

#include "codemate/base/backoff.hpp"
#include "codemate/base/text.hpp"
#include "codemate/registry/push.hpp"

namespace codemate::registry {

namespace {

constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view oci_manifest = "application/vnd.oci.image.manifest.v1+json";
constexpr ByteCount body_limit(std::uint64_t{64} << 10);

// As Login wants to have them: over http only where the user wrote it.
Options login_options(const PushOptions& options) {
    Options login;
    login.credentials = options.credentials;
    login.everything_at = options.registry; // the user has typed it
    if (options.registry.scheme == "http") login.plain_http_hosts.push_back(options.registry.authority());
    return login;
}

// Repositories are lower case by the specification, names of models need not be.
Error of_name(Error error, const std::string& repository) {
    if (to_lower(repository) == repository || error.kind() != Kind::failed) return error;
    return std::move(error).hint(std::string(lower_case_only));
}

class HttpPublisher final : public Publisher {
public:
    HttpPublisher(http::Client& client, PushOptions options)
        : options_(std::move(options)), login_(login_options(options_)),
          session_(client, login_), manners_{options_.part} {
        origin_ = options_.registry;
        prefix_ = std::string(trim_slashes(origin_.path));
        origin_.path.clear();
    }

    std::string place(const ModelName& model) const override {
        return shown(origin_) + '/' + repository(model) + ':' + model.tag();
    }

    bool has_blob(const ModelName& model, const Digest& digest, ByteCount size, Stop stop) override {
        Question question = about(model, "the blob " + digest.id() + " of " + quoted(place(model)));
        question.method = "HEAD";
        question.path += "blobs/" + digest.text();
        const http::Response answer = ask(question, stop);
        if (answer.status / 100 == 2) return is_of(answer, digest, size);
        // What refuses to say is told all the same: sending it again is no harm.
        const bool unknown = answer.status == 404 || answer.status == 410 || answer.status == 405 ||
                             answer.status == 501 || answer.status == 400;
        if (!unknown) throw session_.refusal(answer, question);
        return false;
    }

    std::optional<Digest> served(const ModelName& model, Stop stop) override {
        Question question = about(model, quoted(place(model)));
        question.method = "HEAD";
        question.path += "manifests/" + model.tag();
        question.headers.push_back({"Accept", std::string(docker_manifest) + ", " + std::string(oci_manifest)});
        const http::Response answer = ask(question, stop);
        if (answer.status == 429 || answer.status >= 500) throw session_.refusal(answer, question);
        const std::string* digest = answer.header("Docker-Content-Digest");
        if (answer.status / 100 != 2 || digest == nullptr) return std::nullopt;
        return Digest::parse(trimmed(*digest));
    }

    Sent upload(const ModelName& model, const Content& content, const Sending& sending, Stop stop) override {
        Question question = about(model, "the blob " + content.digest.id() + " of " + quoted(place(model)));
        std::string from;
        if (sending.mount_from) {
            from = repository(*sending.mount_from);
            question.entrance.mount_from = from;
        }
        Upload upload(session_, options_, manners_, question, from, content, sending, stop);
        try {
            return upload.run([&] { return has_blob(model, content.digest, content.size, stop); });
        } catch (const Error& error) {
            throw of_name(error, repository(model));
        }
    }

    void put_manifest(const ModelName& model, const Image& image, Stop stop) override {
        Question question = about(model, quoted(place(model)));
        question.method = "PUT";
        question.path += "manifests/" + model.tag();
        const std::string type = image.media_type.empty() ? std::string(docker_manifest) : image.media_type;
        question.headers = {{"Content-Type", type}};
        question.patience = std::chrono::minutes(2);
        question.upload = http::Upload{image.bytes.size(), [&](std::uint64_t offset, std::span<char> into) {
                                           const auto rest = std::string_view(image.bytes).substr(offset);
                                           return rest.copy(into.data(), into.size());
                                       }};
        const http::Response answer = put(question, stop);
        if (answer.status / 100 != 2) throw of_name(session_.refusal(answer, question), repository(model));
        const std::optional<Digest> digest = stated_digest(answer);
        if (!digest && answer.status != 201 && !serves(model, image, std::move(stop))) {
            throw protocol_error(shown(origin_) + " answers " + std::to_string(answer.status) + " to the manifest of " +
                                 question.entrance.what + ", and does not have it");
        }
        if (digest && *digest != image.digest) {
            throw Error(Kind::damaged, shown(origin_) + " keeps another manifest of " + question.entrance.what + ": " +
                                           digest->id() + " instead of " + image.digest.id())
                .hint("the registry, or a proxy before it, rewrites manifests: nothing locked can come from there");
        }
    }

private:
    // Whether what answers to a HEAD speaks of that blob. It may stand where a redirect led, with nothing but a length.
    static bool is_of(const http::Response& answer, const Digest& digest, ByteCount size) {
        if (const auto stated = stated_digest(answer)) return *stated == digest;
        const std::string* length = answer.header("Content-Length");
        return length != nullptr && trimmed(*length) == std::to_string(size.count());
    }

    bool serves(const ModelName& model, const Image& image, Stop stop) {
        Question question = about(model, quoted(place(model)));
        question.path += "manifests/" + image.digest.text();
        const std::string type = image.media_type.empty() ? std::string(docker_manifest) : image.media_type;
        question.headers = {{"Accept", type}};
        question.limit = ByteCount(image.bytes.size() + 1);
        const http::Response answer = session_.send(question, std::move(stop));
        return answer.status / 100 == 2 && answer.body == image.bytes;
    }

    static std::string_view trim_slashes(std::string_view path) {
        while (path.starts_with('/'))
            path.remove_prefix(1);
        return path;
    }

    static bool may_pass(const http::Response& answer) {
        return answer.status == 429 || (answer.status >= 500 && answer.status != 501);
    }

    // As patient as blobs are sent: sent twice, it is there once.
    http::Response put(const Question& question, const Stop& stop) {
        for (int again = 1;; ++again) {
            std::optional<Error> failure;
            try {
                http::Response answer = session_.send(question, stop);
                if (is_out_of_space(answer)) throw Error(Kind::storage, shown(origin_) + " has no space left");
                if (!may_pass(answer)) return answer;
                failure = session_.refusal(answer, question);
            } catch (const Error& error) {
                failure = error;
            }
            const auto span = backoff(*failure, again, options_.retries, options_.random());
            if (!span) throw *failure;
            tell_and_wait(options_, *failure, *span, stop);
        }
    }

    // What is only looked up is asked again where that may help.
    http::Response ask(const Question& question, const Stop& stop) {
        for (int again = 1;; ++again) {
            http::Response answer = session_.send(question, stop);
            if (!may_pass(answer)) return answer;
            const Error refusal = session_.refusal(answer, question);
            const auto span = backoff(refusal, again, options_.retries, options_.random());
            if (!span) return answer;
            tell_and_wait(options_, refusal, *span, stop);
        }
    }

    std::string repository(const ModelName& model) const {
        return (prefix_.empty() ? "" : prefix_ + '/') + model.owner() + '/' + model.model();
    }

    Question about(const ModelName& model, std::string what) const {
        Question question;
        question.entrance = {origin_, repository(model), std::move(what), Entrance::Wish::write, {}};
        question.path = "v2/" + repository(model) + '/';
        question.limit = body_limit;
        question.beyond = Question::Beyond::cut_off;
        return question;
    }

    PushOptions options_;
    Options login_;
    http::Url origin_;
    std::string prefix_;
    Session session_;
    Manners manners_;
};

} // namespace

std::unique_ptr<Publisher> publish_to(http::Client& client, PushOptions options) {
    return std::make_unique<HttpPublisher>(client, std::move(options));
}

} // namespace codemate::registry
