#include "lifecycle/pull/freeing.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/targets.hpp"

namespace codemate::lifecycle::pull {
namespace {

// The server fetches the layers one after another, so it is the first that it lacks.
const Layer* first_lacking(const Image& image, ollama::Server& server, const Stop& stop) {
    for (const Layer& layer : image.layers) {
        if (!server.has_blob(layer.digest, stop)) return &layer;
    }
    return server.has_blob(image.config.digest, stop) ? nullptr : &image.config;
}

} // namespace

bool Freeing::tell(const Blocked::Finding& finding) const {
    for (const std::string& line : finding.done)
        account_.note(line);
    if (finding.stuck) throw Error(*finding.stuck);
    return !finding.done.empty();
}

// Without the image nobody knows which files are its own.
std::optional<Image> Freeing::image_of_tag() const {
    if (shared_.ports.registry == nullptr) return std::nullopt;
    try {
        return shared_.ports.registry->image(step_.origin, shared_.run.stop);
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return std::nullopt;
    }
}

bool Freeing::after_refusal(const Image* image) {
    if (!advice_.empty()) return false;
    const std::optional<Image> coming = image != nullptr ? std::optional(*image) : image_of_tag();
    if (!coming) return false;
    const Blocked::Finding finding = shared_.blocked.free(*coming, shared_.run);
    if (finding.out_of_reach) {
        const Layer* layer = first_lacking(*coming, shared_.ports.server, shared_.run.stop);
        if (layer != nullptr) {
            advice_ = "if it stays so, what an earlier download has left in the server's books blocks its " +
                      described(*layer) + ": " + finding.remove_records(*layer) + ", then pull again";
        }
    }
    return tell(finding);
}

// A server goes on to the end of a pull for which nothing is left to fetch, though nobody listens any more.
void Freeing::remove_what_came() const {
    if (!source_ || was_installed_) return;
    const std::vector<ollama::Installed> now = shared_.ports.server.installed(shared_.run.stop);
    if (rules::find(now, *source_) != nullptr) shared_.ports.server.remove(*source_, shared_.run.stop);
}

// A file that no model needs goes with one that is made of it. Through a server that gets to no relay it stays.
bool Freeing::is_discarded(const Layer& layer) const {
    ollama::Server& server = shared_.ports.server;
    try {
        remove_what_came();
        if (!server.has_blob(layer.digest, shared_.run.stop)) return true;
        if (shared_.ports.relays == nullptr) return false;
        shared_.route.discard({layer}, shared_.run);
        return !server.has_blob(layer.digest, shared_.run.stop);
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return false;
    }
}

bool Freeing::after_wrong_extent(const WrongExtent& wrong, const Image& image) {
    const Blocked::Finding finding = shared_.blocked.free(image, shared_.run);
    if (tell(finding)) return true;
    const std::string what = "the server has " + to_string(wrong.told) + " of " + to_string(wrong.layer.size) +
                             " of its " + described(wrong.layer);
    if (!shared_.ports.server.has_blob(wrong.layer.digest, shared_.run.stop)) {
        account_.note(what + " in its books of an earlier download, perhaps in vain");
        return true;
    }
    if (is_discarded(wrong.layer)) {
        account_.note(what + ", and took that for the whole; removed through its API, it is fetched anew");
        return true;
    }
    Error stuck(Kind::damaged, what + ", and takes that for the whole");
    if (step_.before)
        throw std::move(stuck).hint("`codemate verify --repair " + step_.name.display_short() + "` brings it back");
    if (!finding.remove_blob) throw stuck;
    throw std::move(stuck).hint(finding.remove_blob(wrong.layer) + ", then pull again");
}

} // namespace codemate::lifecycle::pull
