# codemate::warnings: what every target of ours is compiled with, and why. Libraries' headers are system headers and stay silent.
add_library(codemate_warnings INTERFACE)
add_library(codemate::warnings ALIAS codemate_warnings)
target_compile_options(codemate_warnings INTERFACE
  -Wall -Wextra                 # the compiler's own idea of what is nearly always a mistake
  -Wpedantic                    # no extension slips in: the standard is C++20, not GNU++20
  -Wshadow                      # a second variable of the same name has hidden the one that was meant
  -Wconversion -Wsign-conversion  # byte counts are 64 bits unsigned; a silent cut or sign is a wrong size
  -Wold-style-cast              # such a cast hides which of four conversions was meant
  -Wnon-virtual-dtor            # deleting a fake through its interface
  -Woverloaded-virtual          # a method of a fake that no longer overrides
  -Wnull-dereference            # found by the optimiser where a check was forgotten
  -Wformat=2                    # formats that come from outside
  -Wimplicit-fallthrough        # a case that forgot its break
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op>  # copy and paste that was not finished
  $<$<BOOL:${CODEMATE_WERROR}>:-Werror>)
# GCC 12 and 13 report these in the standard library's own code when optimising std::string and std::variant.
target_compile_options(codemate_warnings INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow>)
