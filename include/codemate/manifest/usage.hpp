#pragma once

#include "codemate/manifest/manifest.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace codemate::manifest {

// Which roles and groups lead to which models. To be made once where many models are asked for: the whole manifest is
// gone through for it.
class Usage {
public:
    explicit Usage(const Manifest&);

    std::vector<std::string> roles_of(const ModelName&) const;  // in their order
    std::vector<std::string> groups_of(const ModelName&) const; // directly or through others, by name

private:
    // Groups by number, in the order of their names.
    using Numbers = std::vector<std::size_t>;
    struct Group {
        std::string name;
        Numbers within; // the groups that have it among their members
    };

    void enter(const Manifest&, std::size_t group, const std::string& member);

    std::vector<Group> groups_;
    std::map<std::string, std::size_t> numbers_;
    std::map<ModelName, Numbers, ServerOrder> groups_with_; // the groups that name the model, or a role that it has
    std::map<ModelName, std::vector<std::string>, ServerOrder> roles_;
};

} // namespace codemate::manifest
