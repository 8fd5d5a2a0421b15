#pragma once

#include "codemate/json/value.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Weights files: small ones that a real server accepts, loads and runs, and what a server reads from their header.
namespace codemate::sandbox::gguf {

struct Shape {
    std::uint32_t file_type = 15; // general.file_type; the tensors are F32 whatever it says
    std::uint32_t context = 2048;
    std::uint32_t layers = 2;
    std::uint32_t width = 64; // multiple of 4: four heads
    std::uint32_t feed_forward = 128;
    bool embedding = false; // carries a pooling type: the server takes it for an embedding model
    std::uint64_t seed = 1; // of the random weights
};

// The same bytes on every machine and in every run.
std::string make(const Shape&);

// "Q4_K_M" to 15; nothing known: 0 and "unknown".
std::uint32_t file_type_number(std::string_view name);
std::string file_type_name(std::uint64_t number);

struct Tensor {
    std::string name;
    std::string type;
    std::vector<std::uint64_t> shape;
};

struct File {
    std::map<std::string, json::Value> values; // arrays whole; general.parameter_count added as the server does
    std::vector<Tensor> tensors;

    const json::Value* architecture_value(std::string_view key) const; // of <architecture>.key; nullptr if absent
};

// Throws std::runtime_error with the server's text: "invalid file magic", "unexpected EOF" …
File read(const std::filesystem::path&);

} // namespace codemate::sandbox::gguf
