#include <absl/functional/function_ref.h>
#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "commands/verify.h"
#include "projections/rebuild.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

void NoProgress(uint64_t /*done*/, uint64_t /*total*/) {}

struct Done {
  uint64_t events = 0;
  double seconds = 0;
};

// `work` returns the number of events.
absl::StatusOr<Done> Timed(absl::FunctionRef<absl::StatusOr<uint64_t>()> work) {
  Done done;
  absl::Status status;
  done.seconds = SecondsOf(
      [&]() -> absl::Status {
        ASSIGN_OR_RETURN(done.events, work());
        return absl::OkStatus();
      },
      status);
  RETURN_IF_ERROR(status);
  return done;
}

// The rows are there when it is done: to give their memory back, row by row, is not part of it.
absl::StatusOr<Done> FoldInMemory(Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(const auto storage, session.Open(path, OpenMode::kReadOnly));
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  Rows rows;
  return Timed([&] { return FoldLog(*snapshot, {1}, {INT64_MAX}, rows, NoProgress); });
}

absl::StatusOr<Done> RebuildTables(Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(const auto storage, session.Open(path));
  ASSIGN_OR_RETURN(const auto second, session.Open(path, OpenMode::kReadOnly));
  return Timed([&]() -> absl::StatusOr<uint64_t> {
    ASSIGN_OR_RETURN(const RebuildReport report, Rebuild(*storage, nullptr, NoProgress, {.second = second.get()}));
    return report.events;
  });
}

absl::StatusOr<Done> VerifyAll(Session& session, const std::string& path, size_t jobs) {
  std::vector<std::unique_ptr<SqliteStorage>> storages;
  std::vector<Storage*> used;
  while (storages.size() < jobs) {
    ASSIGN_OR_RETURN(storages.emplace_back(), session.Open(path, OpenMode::kReadOnly));
    used.push_back(storages.back().get());
  }
  return Timed([&]() -> absl::StatusOr<uint64_t> {
    ASSIGN_OR_RETURN(const VerifyReport report, Verify(used, {}, NoProgress, [](const Fault&) {}));
    if (report.faults == 0) return report.events;
    return absl::InternalError(fmt::format("measure verify: the database has {} faults", report.faults));
  });
}

struct Kind {
  const char* name;
  const char* what;
  double floor;  // events/s
  absl::StatusOr<Done> (*work)(Session& session, const std::string& path);
};
constexpr Kind kKinds[] = {
    {"fold", "log folded in memory", 1'500'000, FoldInMemory},
    {"rebuild", "all tables made anew", 400'000, RebuildTables},
    {"verify_1", "all verified, with 1 thread", 500'000,
     [](Session& session, const std::string& path) { return VerifyAll(session, path, 1); }},
    {"verify_2", "all verified, with 2 threads", 900'000,
     [](Session& session, const std::string& path) { return VerifyAll(session, path, 2); }},
};

}  // namespace

Figures MeasureFolds(Session& session) {
  ASSIGN_OR_RETURN(const std::string path, session.LargeDatabase());
  std::vector<Figure> figures;
  for (const Kind& kind : kKinds) {
    const bool tells_time = kind.work == RebuildTables && session.Wants("rebuild_time");
    if (!session.Wants(kind.name) && !tells_time) continue;
    session.on_start()(kind.what);
    std::vector<double> times, rates;
    for (uint64_t round = 0; round < session.options().rounds; ++round) {
      ASSIGN_OR_RETURN(const Done done, kind.work(session, path));
      times.push_back(done.seconds);
      rates.push_back(static_cast<double>(done.events) / done.seconds);
    }
    AddTo(figures, kind.name, kind.what, "events/s", Median(rates), kind.floor);
    if (tells_time) {
      AddTo(figures, "rebuild_time", "the same, of this database", "s", Median(times), std::nullopt,
            /*less_is_better=*/true);
    }
  }
  return figures;
}

}  // namespace annals::bench
