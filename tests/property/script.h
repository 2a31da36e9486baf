// Random commands, mostly legal: each is made from one number and what went before, so that a list of numbers stays a
// sensible story when some of them are taken out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eventstore/storage.h"
#include "tests/property/model.h"

namespace annals::property {

// Sometimes one of `earlier` again.
Request MakeRequest(uint64_t word, const Model& model, const std::vector<Request>& earlier);

// How a script is brought to an engine: none of it may make a difference to the log.
struct Manner {
  uint64_t seed = 0;         // of the choices below
  bool batches = true;       // several commands in one commit
  bool restarts = true;      // a new engine now and then
  bool small_caches = true;  // that keep anything from nothing to all rows
};

struct Played {
  std::vector<Request> requests;
  std::vector<std::string> predictions;
  std::vector<std::string> answers;
  Model model;
};

// Executes the script on `storage`, which is empty, and asks the model about each command.
Played Play(const std::vector<uint64_t>& script, const Manner& manner, Storage& storage);

// The rows of `storage` as Model::Lines has them.
std::vector<std::string> LinesOf(Storage& storage);

// The script of that seed.
std::vector<uint64_t> SeededScript(uint64_t seed, size_t commands);

}  // namespace annals::property
