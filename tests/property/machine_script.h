// Random commands about entities of every machine, mostly legal where the tables stand: each is made from one number
// and what is stored, so that a list of numbers stays a sensible story when some of them are taken out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eventstore/storage.h"

namespace annals::property {

struct TimedCommand {
  int64_t wait_sec = 0;  // goes by before it
  std::string json;      // without "dry_run"
};

// Sometimes one of `earlier` again.
TimedCommand MakeCommand(uint64_t word, Storage& storage, const std::vector<TimedCommand>& earlier);

}  // namespace annals::property
