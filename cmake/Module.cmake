# codemate_module(NAME SOURCES… [LIBRARIES…]): one module of docs/architecture.md. Its objects become part of libcodemate;
# LIBRARIES are the third-party libraries that this module alone includes.
define_property(GLOBAL PROPERTY CODEMATE_MODULES)
function(codemate_module name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  add_library(codemate_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(codemate_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(codemate_${name} PRIVATE codemate::warnings ${ARG_LIBRARIES})
  codemate_use_precompiled(codemate_${name} codemate_precompiled)
  set_property(GLOBAL APPEND PROPERTY CODEMATE_MODULES codemate_${name})
  set_property(GLOBAL APPEND PROPERTY CODEMATE_LIBRARIES ${ARG_LIBRARIES})
endfunction()
