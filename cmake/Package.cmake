# The Debian package, by CPack: scripts/package-deb.sh. What Debian wants otherwise than `cmake --install` has it is done
# in packaging/debian/layout.cmake, on the files that are about to be packed.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME codemate)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "codemate maintainers <maintainers@codemate.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 0codemate1) # a package of Debian's own would come after it
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.87)") # options of it that are newer than its symbols tell
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, git")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "manager for the life of local LLM models")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "codemate declares, pulls, pins, verifies, benchmarks, updates and removes the
models of an Ollama server, from the command line and in CI.

A project says in codemate.json which models it needs; codemate.lock pins them
by digest. What nothing needs any more is found and removed.")

set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian/layout.cmake)
include(CPack)
