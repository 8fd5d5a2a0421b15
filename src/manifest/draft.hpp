#pragma once

#include "manifest/problems.hpp"

namespace codemate::manifest {

// A manifest while it is read: the words and their places, which can be understood only when all of them are known.
struct Draft {
    struct Group {
        Spelled name;
        std::vector<Spelled> members;
    };
    // A model name wherever one stands: in a role, in a group, in models.
    struct Mention {
        ModelName name;
        Spelled where;
    };

    Manifest manifest;
    std::vector<Spelled> roles;
    std::vector<Group> groups;
    std::vector<Mention> mentions;
};

// What the words mean to each other. Adds the models that groups name to the draft.
void read_members(Draft&, Problems&);

void check_collisions(const Draft&, Problems&); // one word for two things
void check_spelling(const Draft&, Problems&);   // models that are one to the server
void check_cycles(const Draft&, Problems&);

} // namespace codemate::manifest
