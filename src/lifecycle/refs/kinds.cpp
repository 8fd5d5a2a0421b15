#include "lifecycle/refs/kinds.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;

constexpr std::array data_endings = {"json"sv, "jsonc"sv, "json5"sv, "yaml"sv, "yml"sv,       "toml"sv,
                                     "ini"sv,  "cfg"sv,   "conf"sv,  "env"sv,  "properties"sv};
constexpr std::array prose_endings = {"md"sv, "markdown"sv, "mdx"sv, "rst"sv, "txt"sv, "adoc"sv, "html"sv, "htm"sv};
constexpr std::array unread_endings = {
    "7z"sv,    "a"sv,    "avi"sv,  "bin"sv,         "bmp"sv,     "bz2"sv,    "class"sv,   "db"sv,     "dll"sv, "docx"sv,
    "dylib"sv, "eot"sv,  "exe"sv,  "gguf"sv,        "gif"sv,     "gz"sv,     "ico"sv,     "icns"sv,   "jar"sv, "jpeg"sv,
    "jpg"sv,   "lock"sv, "lz4"sv,  "map"sv,         "mov"sv,     "mp3"sv,    "mp4"sv,     "npy"sv,    "npz"sv, "o"sv,
    "odt"sv,   "ogg"sv,  "onnx"sv, "otf"sv,         "parquet"sv, "patch"sv,  "pdf"sv,     "pickle"sv, "pkl"sv, "png"sv,
    "pptx"sv,  "pt"sv,   "pyc"sv,  "safetensors"sv, "so"sv,      "sqlite"sv, "sqlite3"sv, "sum"sv,    "svg"sv, "tar"sv,
    "tgz"sv,   "tif"sv,  "tiff"sv, "ttf"sv,         "wasm"sv,    "wav"sv,    "webm"sv,    "webp"sv,   "whl"sv, "woff"sv,
    "woff2"sv, "xlsx"sv, "xz"sv,   "zip"sv,         "zst"sv};
constexpr std::array unread_names = {"codemate.json"sv,       "codemate.releases.json"sv, "package-lock.json"sv,
                                     "npm-shrinkwrap.json"sv, "pnpm-lock.yaml"sv,         "composer.lock"sv,
                                     ".codemateignore"sv};

template<typename Words>
bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

struct Name {
    std::string whole, ending; // in lower case; a file without a dot has no ending
};

Name name_of(std::string_view path) {
    const auto slash = path.rfind('/');
    Name name{to_lower(slash == std::string_view::npos ? path : path.substr(slash + 1)), ""};
    const auto dot = name.whole.rfind('.');
    if (dot != std::string::npos) name.ending = name.whole.substr(dot + 1);
    return name;
}

bool is_called(const Name& name, std::string_view word) { // "Dockerfile", "Dockerfile.gpu", "gpu.Dockerfile"
    return name.whole == word || name.whole.starts_with(std::string(word) + ".") ||
           name.whole.starts_with(std::string(word) + "-") || name.ending == word;
}

} // namespace

FileKind kind_of(std::string_view path) {
    const Name name = name_of(path);
    if (is_called(name, "dockerfile") || is_called(name, "containerfile")) return FileKind::dockerfile;
    if (is_called(name, "modelfile")) return FileKind::modelfile;
    if (has(data_endings, name.ending) || name.whole.starts_with(".env")) return FileKind::data;
    return has(prose_endings, name.ending) ? FileKind::prose : FileKind::code;
}

bool is_never_read(std::string_view path) {
    const Name name = name_of(path);
    return has(unread_endings, name.ending) || has(unread_names, name.whole) || name.whole.ends_with(".min.js") ||
           name.whole.ends_with(".min.css");
}

} // namespace codemate::lifecycle::refs
