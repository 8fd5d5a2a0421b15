#include "sandbox/gguf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace codemate::sandbox::gguf {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in memory");

enum class Type : std::uint32_t {
    uint8,
    int8,
    uint16,
    int16,
    uint32,
    int32,
    float32,
    boolean,
    string,
    array,
    uint64,
    int64,
    float64
};

constexpr std::uint64_t alignment = 32;
constexpr std::uint32_t vocabulary = 512;

class Writer {
public:
    template<typename Number>
    void number(Number value) {
        std::array<char, sizeof value> bytes;
        std::memcpy(bytes.data(), &value, sizeof value);
        out.append(bytes.data(), bytes.size());
    }
    void text(std::string_view value) {
        number(std::uint64_t{value.size()});
        out += value;
    }
    void key(std::string_view name, Type type) {
        text(name);
        number(static_cast<std::uint32_t>(type));
        ++keys;
    }
    void value(std::string_view name, std::string_view value) { key(name, Type::string), text(value); }
    void value(std::string_view name, std::uint32_t value) { key(name, Type::uint32), number(value); }
    void value(std::string_view name, float value) { key(name, Type::float32), number(value); }
    void array(std::string_view name, Type element, std::uint64_t count) {
        key(name, Type::array);
        number(static_cast<std::uint32_t>(element));
        number(count);
    }
    void align() { out.append((alignment - out.size() % alignment) % alignment, '\0'); }

    std::string out;
    std::uint64_t keys = 0;
};

// Three control tokens, the 256 bytes, some words: what a SentencePiece vocabulary must have.
std::vector<std::string> make_tokens() {
    std::vector<std::string> tokens{"<unk>", "<s>", "</s>"};
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (unsigned byte = 0; byte < 256; ++byte)
        tokens.push_back(std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">");
    for (const auto* word : {"the", "a", "def", "hello", "world", "model", "code", "mate"})
        tokens.push_back(std::string("\u2581") + word);
    for (const auto* piece : {"ing", "er", "e", "t", "a", "o", "i", "n", "s", "r", "h", "l", "d"})
        tokens.push_back(piece);
    for (unsigned word = 0; tokens.size() < vocabulary; ++word)
        tokens.push_back("\u2581w" + std::to_string(word));
    return tokens;
}

void write_tokenizer(Writer& to) {
    const auto tokens = make_tokens();
    constexpr std::size_t special = 3, bytes = 256;
    to.value("tokenizer.ggml.model", std::string_view("llama"));
    to.array("tokenizer.ggml.tokens", Type::string, tokens.size());
    for (const auto& token : tokens)
        to.text(token);
    to.array("tokenizer.ggml.scores", Type::float32, tokens.size());
    for (int i = 0; i < static_cast<int>(tokens.size());
         ++i) // whole numbers: GCC 12 makes a negative zero of 0.0F - 0.0F
        to.number(static_cast<float>(std::min(0, static_cast<int>(special + bytes) - i)));
    to.array("tokenizer.ggml.token_type", Type::int32, tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) // 2 unknown, 3 control, 6 byte, 1 normal
        to.number(std::int32_t{i == 0 ? 2 : i < special ? 3 : i < special + bytes ? 6 : 1});
    to.value("tokenizer.ggml.bos_token_id", std::uint32_t{1});
    to.value("tokenizer.ggml.eos_token_id", std::uint32_t{2});
    to.value("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
}

void write_values(Writer& to, const Shape& shape) {
    constexpr std::uint32_t heads = 4;
    to.value("general.architecture", std::string_view("llama"));
    // No model's own name: the engine looks into it, and treats what is called phi3 in a way of its own.
    to.value("general.name", std::string_view("codemate-sandbox"));
    to.value("general.file_type", shape.file_type);
    to.value("llama.context_length", shape.context);
    to.value("llama.embedding_length", shape.width);
    to.value("llama.block_count", shape.layers);
    to.value("llama.feed_forward_length", shape.feed_forward);
    to.value("llama.attention.head_count", heads);
    to.value("llama.attention.head_count_kv", heads);
    to.value("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    to.value("llama.rope.dimension_count", shape.width / heads);
    if (shape.embedding) to.value("llama.pooling_type", std::uint32_t{1}); // the mean
    write_tokenizer(to);
}

struct Planned {
    std::string name;
    std::vector<std::uint64_t> shape;
    enum class Fill { ones, random } fill = Fill::random;
    std::uint64_t count() const {
        std::uint64_t product = 1;
        for (const auto side : shape)
            product *= side;
        return product;
    }
};

std::vector<Planned> plan(const Shape& shape) {
    const std::uint64_t width = shape.width, ff = shape.feed_forward;
    std::vector<Planned> tensors{{"token_embd.weight", {width, vocabulary}}};
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        const std::string block = "blk." + std::to_string(layer) + ".";
        for (const auto* name : {"attn_norm", "ffn_norm"})
            tensors.push_back({block + name + ".weight", {width}, Planned::Fill::ones});
        for (const auto* name : {"attn_q", "attn_k", "attn_v", "attn_output"})
            tensors.push_back({block + name + ".weight", {width, width}});
        tensors.push_back({block + "ffn_gate.weight", {width, ff}});
        tensors.push_back({block + "ffn_up.weight", {width, ff}});
        tensors.push_back({block + "ffn_down.weight", {ff, width}});
    }
    tensors.push_back({"output_norm.weight", {width}, Planned::Fill::ones});
    tensors.push_back({"output.weight", {width, vocabulary}});
    return tensors;
}

// splitmix64: whole numbers only, so that the bytes do not depend on a machine's floating point.
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void write_data(Writer& to, const Planned& tensor, std::uint64_t& random) {
    for (std::uint64_t i = 0; i < tensor.count(); ++i) {
        // Sixteen random bits times a power of two: exact in any rounding mode. About ±0.03.
        const auto bits = static_cast<std::int32_t>(next_random(random) >> 48) - 32768;
        to.number(tensor.fill == Planned::Fill::ones ? 1.0F : static_cast<float>(bits) / 1048576.0F);
    }
    to.align();
}

} // namespace

std::string make(const Shape& shape) {
    const auto tensors = plan(shape);
    Writer values;
    write_values(values, shape);
    Writer file;
    file.out.reserve(1 << 20);
    file.out = "GGUF";
    file.number(std::uint32_t{3}); // version
    file.number(std::uint64_t{tensors.size()});
    file.number(values.keys);
    file.out += values.out;
    std::uint64_t offset = 0;
    for (const auto& tensor : tensors) {
        file.text(tensor.name);
        file.number(static_cast<std::uint32_t>(tensor.shape.size()));
        for (const auto side : tensor.shape)
            file.number(side);
        file.number(std::uint32_t{0}); // F32
        file.number(offset);
        offset += (tensor.count() * sizeof(float) + alignment - 1) / alignment * alignment;
    }
    file.align();
    std::uint64_t random = shape.seed;
    for (const auto& tensor : tensors)
        write_data(file, tensor, random);
    return std::move(file.out);
}

namespace {

struct FileType {
    std::uint32_t number;
    std::string_view name;
};
constexpr std::array file_types{FileType{0, "F32"},     FileType{1, "F16"},     FileType{2, "Q4_0"},
                                FileType{3, "Q4_1"},    FileType{7, "Q8_0"},    FileType{8, "Q5_0"},
                                FileType{9, "Q5_1"},    FileType{10, "Q2_K"},   FileType{11, "Q3_K_S"},
                                FileType{12, "Q3_K_M"}, FileType{13, "Q3_K_L"}, FileType{14, "Q4_K_S"},
                                FileType{15, "Q4_K_M"}, FileType{16, "Q5_K_S"}, FileType{17, "Q5_K_M"},
                                FileType{18, "Q6_K"},   FileType{32, "BF16"}};

} // namespace

std::uint32_t file_type_number(std::string_view name) {
    const auto* found = std::ranges::find(file_types, name, &FileType::name);
    return found == file_types.end() ? 0 : found->number;
}

std::string file_type_name(std::uint64_t number) {
    const auto* found = std::ranges::find(file_types, number, &FileType::number);
    return found == file_types.end() ? "unknown" : std::string(found->name);
}

namespace {

class Reader {
public:
    explicit Reader(const std::filesystem::path& path) : file_(path, std::ios::binary), limit_(size_of(path)) {
        if (!file_) throw std::runtime_error("open " + path.string() + ": permission denied");
    }

    template<typename Number>
    Number number() {
        Number value{};
        take(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    }
    std::string text() {
        const auto size = number<std::uint64_t>();
        if (size > limit_) throw std::runtime_error("unexpected EOF");
        std::string result(size, '\0');
        take(result.data(), size);
        return result;
    }
    json::Value value(Type type) {
        switch (type) {
        case Type::uint8:
            return std::uint64_t{number<std::uint8_t>()};
        case Type::int8:
            return std::int64_t{number<std::int8_t>()};
        case Type::uint16:
            return std::uint64_t{number<std::uint16_t>()};
        case Type::int16:
            return std::int64_t{number<std::int16_t>()};
        case Type::uint32:
            return std::uint64_t{number<std::uint32_t>()};
        case Type::int32:
            return std::int64_t{number<std::int32_t>()};
        case Type::float32:
            return short_double(number<float>());
        case Type::boolean:
            return number<std::uint8_t>() != 0;
        case Type::string:
            return text();
        case Type::uint64:
            return number<std::uint64_t>();
        case Type::int64:
            return number<std::int64_t>();
        case Type::float64:
            return number<double>();
        case Type::array:
            return array();
        }
        throw std::runtime_error("invalid type: " + std::to_string(static_cast<std::uint32_t>(type)));
    }
    std::uint64_t limit() const { return limit_; }
    std::uint64_t position() const { return position_; }

private:
    static std::uint64_t size_of(const std::filesystem::path& path) {
        std::error_code ignored;
        return std::filesystem::file_size(path, ignored);
    }
    // The decimal number that a float32 is printed as: 0.00001, not 0.000009999999747378752.
    static double short_double(float value) {
        std::array<char, 48> digits{};
        const int size = std::snprintf(digits.data(), digits.size(), "%.8g", static_cast<double>(value));
        for (int precision = 1; precision < 9; ++precision) {
            std::array<char, 48> fewer{};
            std::snprintf(fewer.data(), fewer.size(), "%.*g", precision, static_cast<double>(value));
            if (std::strtof(fewer.data(), nullptr) == value) return std::strtod(fewer.data(), nullptr);
        }
        return size > 0 ? std::strtod(digits.data(), nullptr) : 0;
    }
    json::Value array() {
        const auto type = static_cast<Type>(number<std::uint32_t>());
        const auto count = number<std::uint64_t>();
        if (count > limit_) throw std::runtime_error("unexpected EOF");
        json::Value::Array elements;
        for (std::uint64_t i = 0; i < count; ++i)
            elements.push_back(value(type));
        return elements;
    }
    void take(char* to, std::size_t size) {
        file_.read(to, static_cast<std::streamsize>(size));
        if (static_cast<std::size_t>(file_.gcount()) != size) throw std::runtime_error("unexpected EOF");
        position_ += size;
    }

    std::ifstream file_;
    std::uint64_t limit_, position_ = 0;
};

std::string tensor_type(std::uint32_t type) {
    switch (type) {
    case 0:
        return "F32";
    case 1:
        return "F16";
    case 2:
        return "Q4_0";
    case 8:
        return "Q8_0";
    case 12:
        return "Q4_K";
    case 14:
        return "Q6_K";
    case 30:
        return "BF16";
    default:
        return "unknown";
    }
}

struct Extent {
    std::uint64_t offset, bytes;
};

// The data starts behind the header, aligned; a tensor that ends behind the file is told as the server tells it.
void check_extents(const Reader& reader, const std::vector<Extent>& extents, const File& file) {
    const std::uint64_t start = (reader.position() + alignment - 1) / alignment * alignment;
    for (std::size_t i = 0; i < extents.size(); ++i)
        if (const auto end = start + extents[i].offset + extents[i].bytes; end > reader.limit())
            throw std::runtime_error("tensor \"" + file.tensors[i].name + "\" offset+size (" + std::to_string(end) +
                                     ") exceeds file size (" + std::to_string(reader.limit()) + ")");
}

void read_tensors(Reader& reader, std::uint64_t count, File& file) {
    std::uint64_t parameters = 0;
    std::vector<Extent> extents;
    for (std::uint64_t i = 0; i < count; ++i) {
        Tensor tensor;
        tensor.name = reader.text();
        const auto dimensions = reader.number<std::uint32_t>();
        if (dimensions > 4) throw std::runtime_error("unexpected EOF");
        std::uint64_t product = 1;
        for (std::uint32_t d = 0; d < dimensions; ++d) {
            tensor.shape.push_back(reader.number<std::uint64_t>());
            product *= tensor.shape.back();
        }
        tensor.type = tensor_type(reader.number<std::uint32_t>());
        extents.push_back({reader.number<std::uint64_t>(), tensor.type == "F32" ? product * 4 : 0});
        parameters += product;
        file.tensors.push_back(std::move(tensor));
    }
    check_extents(reader, extents, file);
    file.values.insert_or_assign("general.parameter_count", json::Value(parameters));
}

} // namespace

File read(const std::filesystem::path& path) {
    Reader reader(path);
    constexpr std::uint32_t magic = 0x46554747;
    if (reader.number<std::uint32_t>() != magic) throw std::runtime_error("invalid file magic");
    reader.number<std::uint32_t>();
    const auto tensors = reader.number<std::uint64_t>();
    const auto keys = reader.number<std::uint64_t>();
    File file;
    for (std::uint64_t i = 0; i < keys; ++i) {
        auto key = reader.text();
        const auto type = static_cast<Type>(reader.number<std::uint32_t>());
        file.values.insert_or_assign(std::move(key), reader.value(type));
    }
    read_tensors(reader, tensors, file);
    return file;
}

const json::Value* File::architecture_value(std::string_view key) const {
    const auto architecture = values.find("general.architecture");
    if (architecture == values.end() || architecture->second.string() == nullptr) return nullptr;
    const auto found = values.find(*architecture->second.string() + "." + std::string(key));
    return found == values.end() ? nullptr : &found->second;
}

} // namespace codemate::sandbox::gguf
