#include "codemate/rules/rebuild.hpp"

#include "codemate/base/shell.hpp"

#include <filesystem>

namespace codemate::rules {
namespace {

using What = RebuildStep::What;

const std::string today = "$(date +%Y%m%d)";

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

// As an argument it must not look like an option.
std::string path_word(const std::string& path) {
    return shell_word(path.starts_with('-') ? "./" + path : path);
}

std::string file_name(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

// "/", ".", "..": more than a store is in there, or there is no name for the backup.
bool is_own_directory(const std::string& directory) {
    const std::string name = file_name(directory);
    return !name.empty() && name != "." && name != "..";
}

// Then others may use it, too.
bool is_outside(const std::string& directory) {
    const std::filesystem::path normal = std::filesystem::path(directory).lexically_normal();
    return normal.is_absolute() || (!normal.empty() && *normal.begin() == "..");
}

void add_unseen(Rebuild& rebuild, const std::string& directory) {
    rebuild.steps.push_back({What::backup,
                             "no store that can be read was seen in " + directory +
                                 ": find out where it is, back it up there, and remove its vectors, nothing else",
                             ""});
}

void add_for_directory(Rebuild& rebuild, const std::string& directory) {
    if (!is_own_directory(directory)) {
        rebuild.steps.push_back({What::backup,
                                 "back up what belongs to the store in " + directory +
                                     ": chroma.sqlite3 and the directories that are named with UUIDs",
                                 ""});
        rebuild.steps.push_back({What::remove, "remove the old vectors: these files, nothing else", ""});
        return;
    }
    const std::string backup = path_word(file_name(directory)) + "-backup-" + today + ".tar.gz";
    const std::string store = path_word(directory) + "/";
    rebuild.steps.push_back({What::backup, "back up the store", "tar -czf " + backup + " " + store});
    rebuild.steps.push_back({What::test, "see that the backup can be read", "tar -tzf " + backup});
    if (is_outside(directory)) {
        rebuild.steps.push_back({What::remove,
                                 "remove the old vectors in " + directory +
                                     ", which is outside the project: see first that nothing else uses them",
                                 ""});
        return;
    }
    rebuild.steps.push_back({What::remove, "remove the old vectors", "rm -rf " + store});
}

std::string backup_of_volume(const std::string& volume, const std::string& backup) {
    return "docker run --rm -v " + shell_word(volume) + ":/store:ro -v \"$PWD\":/backup alpine tar -czf /backup/" +
           backup + " -C /store .";
}

void add_for_volume(Rebuild& rebuild, const std::string& volume) {
    const std::string backup = shell_word(volume) + "-backup-" + today + ".tar.gz";
    rebuild.steps.push_back({What::backup, "back up the volume", backup_of_volume(volume, backup)});
    rebuild.steps.push_back({What::test, "see that the backup can be read", "tar -tzf " + backup});
    rebuild.steps.push_back(
        {What::remove, "remove the old vectors",
         "docker run --rm -v " + shell_word(volume) + ":/store alpine find /store -mindepth 1 -delete"});
}

// SQLite writes in several places; a copy made meanwhile may be of none of the states that the store had.
std::string live_file_trap(const std::string& directory, bool in_volume) {
    const std::string trap =
        "chroma.sqlite3 is a live SQLite file: copied while a program writes to it, it may be broken. Stop the program "
        "first.";
    if (in_volume) return trap;
    return trap + " `sqlite3 " + path_word(directory + "/chroma.sqlite3") +
           " \".backup chroma-backup.sqlite3\"` copies it safely while it is in use, but not the index directories "
           "beside it, which belong to it.";
}

std::string volume_trap(const manifest::VectorStore& store, const std::string& directory, Seen seen) {
    const std::string name = store.volume.empty() ? file_name(directory) : store.volume;
    const std::string listing = " `docker volume ls` lists the volumes; compose puts the project's name before theirs.";
    if (seen == Seen::no && !store.volume.empty())
        return "The store is in the named volume " + name + ", not in the directory " + directory +
               ": a backup of the directory would be empty." + listing;
    const std::string trap = std::string("Where the store is in a named volume of Docker") +
                             (store.volume.empty() ? "" : ", as codemate.json says (" + name + ")") +
                             ", the directory " + directory +
                             " may be empty or an old copy, and its backup worthless. Then back up the volume";
    if (store.volume.empty() && !is_own_directory(directory)) return trap + "." + listing; // no name to guess
    return trap + ": `" + backup_of_volume(name, shell_word(name) + "-backup-" + today + ".tar.gz") + "`." + listing;
}

void add_chroma(Rebuild& rebuild, const manifest::VectorStore& store, Seen seen) {
    const std::string directory = without_slashes(store.chroma);
    rebuild.steps.push_back({What::stop, "stop whatever has the store open", ""});
    const bool in_volume = !store.volume.empty() && seen == Seen::no;
    if (in_volume)
        add_for_volume(rebuild, store.volume);
    else if (seen == Seen::no)
        add_unseen(rebuild, directory);
    else
        add_for_directory(rebuild, directory);
    rebuild.traps.push_back(live_file_trap(directory, in_volume));
    rebuild.traps.push_back(volume_trap(store, directory, seen));
    if (!store.collection.empty())
        rebuild.traps.push_back("This removes all collections of the store, not " + store.collection + " alone.");
}

} // namespace

std::string_view to_string(RebuildStep::What what) {
    switch (what) {
    case What::stop:
        return "stop";
    case What::backup:
        return "backup";
    case What::test:
        return "test";
    case What::remove:
        return "remove";
    case What::install:
        return "install";
    case What::rebuild:
        return "rebuild";
    case What::accept:
        break;
    }
    return "accept";
}

Rebuild rebuild_with(const manifest::Manifest& manifest, const ModelName& model, Seen seen) {
    Rebuild rebuild;
    if (!manifest.vector_store) return rebuild;
    const manifest::VectorStore& store = *manifest.vector_store;
    if (store.chroma.empty())
        rebuild.steps.push_back({What::backup, "back up the store, and remove the old vectors, by its own means", ""});
    else
        add_chroma(rebuild, store, seen);
    const std::string name = shell_word(model.display_short());
    rebuild.steps.push_back({What::install, "install the model, where it is not", "codemate pull " + name});
    rebuild.steps.push_back({What::rebuild,
                             store.rebuild.empty() ? "build the store anew, with the project's own program "
                                                     "(\"rebuild\" in codemate.json's vector_store names it)"
                                                   : "start the project again, and build the store anew",
                             store.rebuild});
    rebuild.steps.push_back({What::accept, "remember the model's vectors as those of the store",
                             "codemate embeddings --accept-new-vectors"});
    return rebuild;
}

} // namespace codemate::rules
