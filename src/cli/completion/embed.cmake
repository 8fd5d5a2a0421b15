# Writes OUTPUT, the definition of completion_script(), from the files codemate.bash, .zsh and .fish in DIRECTORY.
set(cases "")
foreach(shell bash zsh fish)
  file(READ "${DIRECTORY}/codemate.${shell}" script)
  string(FIND "${script}" ")script\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "codemate.${shell} contains the end of its own literal: )script\"")
  endif()
  string(APPEND cases "    if (shell == \"${shell}\") return R\"script(${script})script\";\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from codemate.bash, codemate.zsh and codemate.fish.
#include \"cli/completion.hpp\"

std::string_view codemate::cli::completion_script(std::string_view shell) {
${cases}    return {};
}
")
