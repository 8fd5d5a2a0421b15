# A clean build compiles the standard library's headers, and in tests Catch2's, once and not in each of its files: more
# than a third of its time. Not beside ccache, which then keeps less than it would otherwise, and which makes sure that
# each file still includes what it uses.
option(CODEMATE_PRECOMPILE "Precompile the standard library's headers" ON)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(CODEMATE_PRECOMPILE OFF)
endif()

# codemate_precompiled_headers(NAME HEADERS…): a target that holds them, without a macro of its own: each file may have more.
function(codemate_precompiled_headers name)
  if(NOT CODEMATE_PRECOMPILE)
    return()
  endif()
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp "// It exists so that there is something to compile.\n")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE codemate::warnings) # -Wpedantic decides which macros the compiler has
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

# codemate_use_precompiled(TARGET NAME)
function(codemate_use_precompiled target name)
  if(CODEMATE_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
