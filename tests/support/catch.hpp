#pragma once

// The same tests compile with Catch2 2 and 3.
#ifdef CODEMATE_CATCH3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
namespace Catch {
using namespace Catch::Matchers;
}
#else
#include <catch2/catch.hpp>
#endif
