// Any bytes as the lines of an export, imported into an empty log and into one that holds something: they are taken or
// refused, and either way the log is whole. What was taken can be exported and imported again, to the same root.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eventstore/memory/memory_storage.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/session.h"
#include "tests/support/transfer.h"

namespace annals {
namespace {

using support::ImportInto;
using support::RecordsOf;

std::unique_ptr<Storage> EmptyLog() {
  return MemoryStorage::Create(ProjectedTables());
}

std::unique_ptr<Storage> LogWithARun() {
  auto log = EmptyLog();
  support::Session session(*log);
  session.Accept(support::With(support::CreateRun("r0", "running"), R"("command_id":"k0")"));
  session.Accept(support::CreateWorkstream("a", {}, false, "r0"));
  return log;
}

void CheckKind(const absl::Status& status) {
  CHECK(status.ok() || absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
        absl::IsAborted(status) || absl::IsDataLoss(status));
}

void ImportIntoNothing(const std::vector<std::string>& lines) {
  const auto log = EmptyLog();
  const auto report = ImportInto(*log, lines);
  CheckKind(report.status());
  CHECK(support::FaultsOf(*log).empty());
  if (!report.ok()) return;
  CHECK(report->events == RecordsOf(*log).size());
  const auto copy = EmptyLog();
  const auto again = ImportInto(*copy, support::LinesOf(*log, support::Detail::kFull));
  CHECK(again.ok() && RecordsOf(*copy) == RecordsOf(*log) && support::RootOf(*copy) == support::RootOf(*log));
}

void ImportIntoSomething(const std::vector<std::string>& lines) {
  const auto log = LogWithARun();
  const auto before = RecordsOf(*log);
  CheckKind(ImportInto(*log, lines, {.dry_run = true}).status());
  CHECK(RecordsOf(*log) == before);
  const auto strict = ImportInto(*log, lines, {.strict = true});
  CheckKind(strict.status());
  if (!strict.ok()) CHECK(RecordsOf(*log) == before);

  const LineImportOptions options{.batch = 2, .source = "elsewhere", .renames = {{"r0", "r9"}}};
  const auto first = ImportInto(*log, lines, options);
  CheckKind(first.status());
  CHECK(support::FaultsOf(*log).empty());
  const auto after = RecordsOf(*log);
  if (!first.ok() || first->exact) return;
  const auto second = ImportInto(*log, lines, options);
  CHECK(second.ok() && (second->was_imported_before || first->events == 0) && RecordsOf(*log) == after);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<std::string> lines = annals::fuzz::LinesOf(annals::fuzz::TextOf(data, size));
  annals::ImportIntoNothing(lines);
  annals::ImportIntoSomething(lines);
  return 0;
}
