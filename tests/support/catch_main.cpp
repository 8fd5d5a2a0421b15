// Version 3 brings its own main.
#ifndef CODEMATE_CATCH3
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
