// determinism_history FOLDER [LOCALE]: writes the digests of the history to standard output. FOLDER exists and is
// empty. The environment's locale is in force, as in a program that has the library in it; with LOCALE it must be that.
#include <clocale>
#include <cstdio>
#include <exception>
#include <iostream>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/determinism/program/history.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: determinism_history FOLDER [LOCALE]\n");
    return 2;
  }
  try {
    std::locale::global(std::locale(""));
    const std::string locale = std::setlocale(LC_ALL, "");
    if (argc == 3 && locale != argv[2]) throw std::runtime_error("the locale in force is " + locale);
    std::ostringstream digests;
    digests.imbue(std::locale::classic());
    annals::determinism::WriteDigests(argv[1], digests);
    std::fputs(digests.str().c_str(), stdout);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "determinism_history: %s\n", exception.what());
    return 1;
  }
}
