#include "bench/session.h"

#include <fmt/format.h>

#include "bench/measure.h"
#include "bench/workload.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals::bench {

Session::~Session() {
  for (const std::string& path : paths_) RemoveDatabase(path);
}

std::string Session::Fresh(std::string_view name) {
  std::string path = fmt::format("{}/annals-bench-{}", options_.directory, name);
  RemoveDatabase(path);
  paths_.insert(path);
  return path;
}

absl::StatusOr<std::unique_ptr<SqliteStorage>> Session::Open(const std::string& path, OpenMode mode) {
  return SqliteStorage::Open(
      {.path = path, .mode = mode, .tables = ProjectedTables(), .clock = &clock_, .random = &random_});
}

absl::StatusOr<std::string> Session::LargeDatabase() {
  if (!large_.empty()) return large_;
  on_start_(fmt::format("filling a database with {} commands", options_.commands));
  const std::string path = Fresh("large.db");
  ASSIGN_OR_RETURN(const auto storage, Open(path));
  Workload workload(options_.seed);
  Filler filler(*storage, [&](schema::Command::Builder command) { workload.Next(command); });
  RETURN_IF_ERROR(filler.SecondsForAll(options_.commands).status());
  large_ = path;
  return path;
}

}  // namespace annals::bench
