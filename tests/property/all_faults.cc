#include "tests/property/all_faults.h"

#include <algorithm>

#include <fmt/format.h>

#include "commands/rejudgement.h"
#include "commands/verify.h"
#include "projections/rebuild.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"

namespace annals::property {
namespace {

using support::Must;
using support::TableLines;
using support::TablesOf;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

}  // namespace

std::string AllFaultsOf(Storage& storage) {
  std::string faults = support::FaultsOf(storage);
  Storage* const one = &storage;
  Must(Verify({&one, 1}, {}, kQuiet, [&](const Fault& fault) { faults += fault.detail + "\n"; }).status());
  const CheckReport report = Must(CheckTables(storage, kQuiet));
  if (report.difference_count > 0) faults += report.differences[0].table + ": " + report.differences[0].detail;
  const TableLines tables = TablesOf(storage);
  Must(Rebuild(storage, nullptr, kQuiet).status());
  if (TablesOf(storage) != tables) faults += "the rebuilt tables are others";
  return faults;
}

RejudgedAll RejudgeAll(Storage& storage) {
  RejudgedAll all{.divergences = "", .least_judged = UINT64_MAX};
  const auto snapshot = Must(storage.Read());
  for (const Machine* const machine : BuiltInMachines()) {
    const Rejudgement found = Must(Rejudge(*snapshot, *machine, std::nullopt, kQuiet, [&](const Divergence& one) {
      all.divergences += fmt::format("{} {} at {}: {} then, {} now: {}\n", machine->name(), one.entity,
                                     one.position.value, one.then, one.now, one.why);
    }));
    all.least_judged = std::min(all.least_judged, found.judged);
  }
  return all;
}

}  // namespace annals::property
