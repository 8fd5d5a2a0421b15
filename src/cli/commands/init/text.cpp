#include "codemate/base/text.hpp"

#include "cli/commands/init/render.hpp"

namespace codemate::cli::init {

namespace use = lifecycle::init;

std::string text(const use::Plan& plan, const manifest::Origin& origin) {
    const std::string content =
        counted(plan.declared, "model") + ", " + std::to_string(plan.required) + " of them required";
    const std::string of = plan.source == use::Source::built_in ? " with the built-in set: " : ": ";
    switch (plan.what) {
    case use::Plan::Do::create:
        return "wrote " + origin.display() + of + content + "\n";
    case use::Plan::Do::replace:
        return "replaced " + origin.display() + of + content + "\n";
    case use::Plan::Do::nothing:
        return "nothing to add: " + origin.display() + " declares it all\n";
    case use::Plan::Do::extend:
        break;
    }
    std::string text;
    for (const ModelName& name : plan.added)
        text += "added " + name.display() + "\n";
    return text + "changed " + origin.display() + ": " + content + "\n";
}

} // namespace codemate::cli::init
