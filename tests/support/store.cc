#include "tests/support/store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/support/must.h"

namespace annals::support {

std::string NameOf(Backend backend) {
  return backend == Backend::kMemory ? "Memory" : "Sqlite";
}
void PrintTo(Backend backend, std::ostream* out) {
  *out << NameOf(backend);
}

std::string FreshPath(std::string_view name) {
  static int count = 0;
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  std::string file = fmt::format("annals_{}_{}_{}_{}_{}.db", test == nullptr ? "" : test->test_suite_name(),
                                 test == nullptr ? "" : test->name(), name, getpid(), ++count);
  std::ranges::replace(file, '/', '_');
  std::string path = testing::TempDir() + file;
  RemoveDatabase(path);
  return path;
}

void RemoveDatabase(const std::string& path) {
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix);
}

std::unique_ptr<Storage> OpenSqlite(const std::string& path) {
  SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  SeededRandom random(7);
  return Must(SqliteStorage::Open({.path = path, .tables = ProjectedTables(), .clock = &clock, .random = &random}));
}

Store::Store(Backend backend) {
  if (backend == Backend::kSqlite) {
    path_ = FreshPath("store");
    storage_ = OpenSqlite(path_);
  } else {
    storage_ = MemoryStorage::Create(ProjectedTables());
  }
}

Store::~Store() {
  storage_.reset();
  if (!path_.empty()) RemoveDatabase(path_);
}

void Store::Reopen() {
  if (path_.empty()) return;
  storage_.reset();
  storage_ = OpenSqlite(path_);
}

}  // namespace annals::support
