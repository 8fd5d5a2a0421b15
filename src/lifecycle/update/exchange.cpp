#include "lifecycle/update/exchange.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/removal.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

namespace codemate::lifecycle::update {
namespace {

std::optional<Digest> digest_of(const ollama::Installed* model) {
    return model == nullptr ? std::nullopt : model->digest;
}

} // namespace

void Exchange::throw_if_changed(const std::vector<ollama::Installed>& installed) const {
    if (digest_of(rules::find(installed, step_.name)) == step_.before) return;
    throw Error(Kind::failed, quoted(step_.name.display()) + " has changed meanwhile").hint("run the command again");
}

void Exchange::copy_over(const ModelName& from, const ModelName& to, const Stop& stop) const {
    const std::vector<ollama::Installed> now = ports_.server.installed(stop);
    // Not the name of the snapshot, which has the old content's digest.
    const Digest digest = digest_of(rules::find(now, from)).value_or(Digest());
    const ModelName spare = rules::free_snapshot_name(step_.name, ports_.clock.now(), digest, now);
    ollama::copy_over(ports_.server, from, to, spare, now, stop);
}

void Exchange::keep_old(const Stop& stop) {
    if (!step_.before || kept_as_) return;
    const std::vector<ollama::Installed> now = ports_.server.installed(stop);
    throw_if_changed(now);
    const ModelName as = rules::free_snapshot_name(step_.name, ports_.clock.now(), *step_.before, now);
    copy_over(step_.name, as, stop);
    kept_as_ = as;
}

void Exchange::put(const ModelName& source, const Stop& stop) {
    touched_ = true;
    copy_over(source, step_.name, stop);
}

void Exchange::put_old_back(const Stop& stop) {
    touched_ = true;
    copy_over(*kept_as_, step_.name, stop);
}

void Exchange::drop_snapshot(const Stop& stop) {
    if (!kept_as_) return;
    ollama::remove_if_there(ports_.server, *kept_as_, stop);
    kept_as_.reset();
}

void Exchange::throw_if_moved(const manifest::Lock& lock) const {
    const manifest::Locked* there = lock.find(step_.name);
    const bool is_new = there == nullptr;
    if (is_new == !step_.locked && (is_new || there->digest == step_.locked->digest)) return;
    throw Error(Kind::failed, "the lock's entry of " + quoted(step_.name.display()) + " has changed meanwhile")
        .hint("run the command again");
}

void Exchange::try_lock(Stop stop) const {
    if (!step_.entry || ports_.lock_file == nullptr) return;
    ports_.lock_file->update([&](const manifest::Lock& lock) { throw_if_moved(lock); }, std::move(stop));
}

void Exchange::write_lock(const manifest::Locked& entry, Stop stop) {
    ports_.lock_file->update(
        [&](manifest::Lock& lock) {
            throw_if_moved(lock);
            lock.models.insert_or_assign(step_.name, entry);
        },
        std::move(stop));
}

std::vector<std::string> Exchange::drop_others(const Stop& stop) {
    std::vector<std::string> notes;
    for (const ollama::Installed& model : ports_.server.installed(stop)) {
        const auto snapshot = rules::parse_snapshot_name(model.name);
        const bool is_this = kept_as_ && kept_as_->same_on_server(model.name);
        if (!snapshot || !snapshot->is_of(step_.name) || (is_this && options_.snapshot)) continue;
        try {
            ollama::remove_if_there(ports_.server, model.name, stop);
            if (is_this) kept_as_.reset();
        } catch (const Error& error) {
            notes.push_back("the snapshot " + model.name.display() + " could not be removed: " + error.message());
        }
    }
    return notes;
}

void Exchange::undo(const Stop& stop) {
    if (done_) return;
    const std::vector<ollama::Installed> now = ports_.server.installed(stop);
    const std::optional<Digest> digest = digest_of(rules::find(now, step_.name));
    if (touched_ && digest != step_.before) {
        if (kept_as_)
            put_old_back(stop);
        else if (!step_.before)
            ollama::remove_if_there(ports_.server, step_.name, stop);
    }
    drop_snapshot(stop);
}

} // namespace codemate::lifecycle::update
