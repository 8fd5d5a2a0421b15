#include "cli/app.hpp"

int main(int argc, char** argv) {
    return codemate::cli::run_program({argv + 1, argv + (argc > 0 ? argc : 1)});
}
