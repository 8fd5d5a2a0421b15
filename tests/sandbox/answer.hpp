#pragma once

#include "sandbox/message.hpp"
#include "sandbox/name.hpp"
#include "sandbox/world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Text for a prompt: made up, at the pace that the faults ask for. The figures at its end are those that were asked
// for, to the nanosecond, and it takes as long as they say.
namespace codemate::sandbox {

// About as many as a real tokenizer makes: one for the beginning, one for up to four letters of a word and the space
// before it, one for everything else.
std::vector<std::string> tokens_of(std::string_view text);

struct Question {
    enum class Form { generate, chat }; // of the objects that come back
    Form form = Form::generate;
    std::string asked = {}; // the model, as the request has it
    Name name;
    std::string prompt = {}; // with the template around it, unless raw
    bool raw = false;
    Loaded loaded;                           // as it has to be loaded
    std::uint64_t num_predict = 0, seed = 0; // 0: until it stops by itself
};

// A stream of lines, or one object. Both wait for their turn at the model first, and throw Refusal where too many do.
Reply stream_answer(World&, const Question&, const Request&);
Reply whole_answer(World&, const Question&, const Request&);

} // namespace codemate::sandbox
