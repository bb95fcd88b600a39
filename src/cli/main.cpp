#include "cli/program.hpp"

int main(int argc, char** argv) {
  return pantheon::cli::run_program(argc, argv);
}
