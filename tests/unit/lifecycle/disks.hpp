#pragma once

#include "support/fake_server.hpp"
#include "support/memory_disk.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/model/image.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::test {

// A disk that somebody else owns.
class BorrowedDisk final : public store::Disk {
public:
    explicit BorrowedDisk(store::Disk& disk) : disk_(disk) {}

    store::Listing list(std::string_view directory, Stop stop) override {
        return disk_.list(directory, std::move(stop));
    }
    std::optional<store::Stat> stat(std::string_view path) override { return disk_.stat(path); }
    std::unique_ptr<store::File> open(std::string_view path) override { return disk_.open(path); }
    std::unique_ptr<store::NewFile> write(std::string_view path, const store::Ownership& ownership) override {
        return disk_.write(path, ownership);
    }
    std::unique_ptr<store::Draft> draft(std::string_view path, const store::Ownership& ownership) override {
        return disk_.draft(path, ownership);
    }
    bool make_directory(std::string_view path, const store::Ownership& ownership) override {
        return disk_.make_directory(path, ownership);
    }
    bool touch(std::string_view path) override { return disk_.touch(path); }
    void move(std::string_view from, std::string_view to) override { disk_.move(from, to); }
    bool remove(std::string_view path) override { return disk_.remove(path); }

private:
    store::Disk& disk_;
};

// What the server says of a model whose manifest stands on the disk.
inline FakeServer::Model model_on(const MemoryDisk& disk, std::string_view name) {
    const Image image = Image::parse(disk.content(path_of_model(name)));
    FakeServer::Model model;
    model.digest = image.digest;
    for (const Layer& blob : image.blobs())
        model.layers.push_back({blob.digest, blob.size});
    model.modified = const_cast<MemoryDisk&>(disk).stat(path_of_model(name))->identity.modified;
    model.context_length = 4096;
    return model;
}

// On the disk, and listed.
inline void install(FakeServer& server, MemoryDisk& disk, std::string_view name, std::string_view configuration,
                    const std::vector<std::string>& layers) {
    install(disk, name, configuration, layers);
    server.install(name, model_on(disk, name));
}

} // namespace codemate::test
