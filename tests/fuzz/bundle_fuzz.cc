// A bundle that was altered: opened, checked, and either a fault is found or it holds what it held. The input is a list
// of alterations, four bytes each: where (24 bits, modulo the file's size) and what stands there now.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "commands/bundle.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_bundle.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using support::Must;

// A file of this process alone, gone at its end.
class Place {
 public:
  Place() { Clear(); }
  ~Place() { Clear(); }
  const std::string& path() const { return path_; }

 private:
  void Clear() const {
    for (const char* const end : {"", "-wal", "-shm"}) fs::remove(path_ + end);
  }
  const std::string path_ = fs::temp_directory_path() / ("annals_bundle_fuzz." + std::to_string(::getpid()) + ".db");
};

struct Original {
  Place place;
  SeededRandom random{7};
  SigningKey key = Must(SigningKey::Generate("fuzz", random));
  std::string bytes;
  std::vector<support::StoredRecord> records;
  support::TableLines tables;

  Original() {
    const auto log = MemoryStorage::Create(ProjectedTables());
    support::Session session(*log);
    session.Accept(support::CreateRun("r0", "running"));
    session.Accept(support::With(support::CreateRun("r1", "running"), R"("command_id":"k1")"));
    session.Accept(support::CreateWorkstream("a"));
    session.Accept(support::CreateWorkstream("z", {}, false, "r0"));
    session.Accept(support::With(support::RecordStep("a", "edit", "success"), R"("result":{"n":1},"sensitive":true)"));
    session.Refuse(support::MoveRun("pending"));
    session.Accept(support::MoveRun("abandoned"));
    SimulatedClock clock(support::Session::kStart);
    {
      const auto snapshot = Must(log->Read());
      const auto out = Must(SqliteBundle::Create(
          {.path = place.path(), .tables = ProjectedTables(), .clock = &clock, .random = &random}));
      Must(FillBundle(*snapshot, {.run_id = "r1", .key = key}, *out));
    }
    std::ifstream in(place.path(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    const auto bundle = Open().value();
    records = support::RecordsOf(*bundle);
    tables = support::TablesOf(*bundle);
  }

  absl::StatusOr<std::unique_ptr<SqliteStorage>> Open() const {
    return SqliteStorage::Open({.path = place.path(), .mode = OpenMode::kReadOnly, .tables = ProjectedTables()});
  }
};

void CheckAltered(std::string_view alterations) {
  static const Original original;
  std::string altered = original.bytes;
  for (; alterations.size() >= 4; alterations.remove_prefix(4)) {
    size_t at = 0;
    for (size_t i = 0; i < 3; ++i) at = at << 8 | static_cast<unsigned char>(alterations[i]);
    altered[at % altered.size()] = alterations[3];
  }
  std::ofstream(original.place.path(), std::ios::binary | std::ios::trunc) << altered;

  const auto bundle = original.Open();
  if (!bundle.ok()) return;
  uint64_t faults = 0;
  const auto report = CheckBundle(**bundle, original.key.verifier(), [&](const Fault&) { ++faults; });
  if (!report.ok() || faults > 0) return;
  CHECK(report->faults == 0 && report->seal == SealState::kVerified);
  CHECK(support::RecordsOf(**bundle) == original.records);
  CHECK(support::TablesOf(**bundle) == original.tables);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::CheckAltered(annals::fuzz::TextOf(data, size));
  return 0;
}
