// The rules of the house for source text. Each takes a file and returns its faults, empty when there are none: one line
// each, "path:line: what is wrong; what to do instead".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/house/repository.h"

namespace annals::house {

// True for the C++ files the rules speak of: .h and .cc anywhere but under demo/, whose files are specimens.
bool IsOurCpp(std::string_view path);

// A quoted include names its path from the root and goes only left in
// schemas ← eventstore ← projections ← commands ← orchestrator ← server, cli.
std::vector<std::string> IncludeOrderFaults(const SourceFile& file);

// SQLite's C API is spoken under eventstore/sqlite only (and by bench/ and tests/, which compare with it).
std::vector<std::string> SqliteFaults(const SourceFile& file);

// The program, tests aside, asks no locale what a letter is, nor where a number has its decimal point: in Turkish a
// small I has no dot, in German it is a comma.
std::vector<std::string> LocaleFaults(const SourceFile& file);

// A header starts with #pragma once, comments before it aside.
std::vector<std::string> PragmaOnceFaults(const SourceFile& file);

// No file names a folder of one machine: somebody's home or workplace. A home folder whose name is one letter is a
// sample and stands for any.
std::vector<std::string> MachinePathFaults(const SourceFile& file);

}  // namespace annals::house
