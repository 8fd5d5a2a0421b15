# CODEMATE_PORTABLE: one program that needs nothing but the kernel. docs/decisions/0013-portable-binary.md
option(CODEMATE_PORTABLE "Link everything statically, glibc too: the program runs on any Linux" OFF)
if(CODEMATE_PORTABLE)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(CURL_USE_STATIC_LIBS ON)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

# codemate_make_portable(PROGRAM): to be called where the program is made, after its libraries.
function(codemate_make_portable program)
  if(NOT CODEMATE_PORTABLE)
    return()
  endif()
  target_sources(${program} PRIVATE ${PROJECT_SOURCE_DIR}/packaging/portable/static_glibc.cpp)
  target_link_options(${program} PRIVATE -static-pie LINKER:-z,noseparate-code)
endfunction()
