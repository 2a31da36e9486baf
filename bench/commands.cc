#include <optional>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "bench/raw_sqlite.h"
#include "bench/workload.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

// What is measured of ours and of SQLite alone.
struct Kind {
  const char* name;
  const char* what;
  uint64_t commits;  // per round
  uint64_t per_commit;
  double floor;
};
constexpr Kind kKinds[] = {
    {"single", "one durable command at a time", 1'000, 1, 0.80},
    {"batch_100", "in batches of 100", 100, 100, 0.45},
    {"batch", "in batches of 1,000", 20, 1'000, 0.45},
};

absl::StatusOr<double> RawSeconds(RawSqlite& raw, const Kind& kind) {
  absl::Status status;
  const double seconds = SecondsOf(
      [&]() -> absl::Status {
        for (uint64_t i = 0; i < kind.commits; ++i) RETURN_IF_ERROR(raw.Commit(kind.per_commit));
        return absl::OkStatus();
      },
      status);
  if (!status.ok()) return status;
  return seconds;
}

}  // namespace

Figures MeasureCommands(Session& session) {
  ASSIGN_OR_RETURN(const auto storage, session.Open(session.Fresh("commands.db")));
  ASSIGN_OR_RETURN(const auto raw, RawSqlite::Create(session.Fresh("raw.db")));
  Workload workload(session.options().seed);
  Filler filler(*storage, [&](schema::Command::Builder command) { workload.Next(command); });
  std::vector<Figure> figures;
  for (const Kind& kind : kKinds) {
    if (!session.Wants(kind.name)) continue;
    session.on_start()(kind.what);
    const auto commands = static_cast<double>(kind.commits * kind.per_commit);
    Pairs pairs;
    for (uint64_t round = 0; round < session.options().rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, filler.SecondsFor(kind.commits, kind.per_commit));
      ASSIGN_OR_RETURN(const double raw_seconds, RawSeconds(*raw, kind));
      pairs.Add(commands / seconds, commands / raw_seconds);
    }
    figures.push_back(pairs.ToFigure(kind.name, kind.what, "commands/s", kind.floor));
  }
  return figures;
}

Figures MeasureRaw(Session& session) {
  const std::string path = session.Fresh("raw.db");
  std::vector<Figure> figures;
  ASSIGN_OR_RETURN(auto raw, RawSqlite::Create(path));
  for (const Kind& kind : kKinds) {
    const std::string name = fmt::format("raw_{}", kind.name);
    if (!session.Wants(name)) continue;
    const std::string what = fmt::format("SQLite {}", kind.per_commit == 1 ? "one row at a time" : kind.what);
    session.on_start()(what);
    std::vector<double> rates;
    for (uint64_t round = 0; round < session.options().rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, RawSeconds(*raw, kind));
      rates.push_back(static_cast<double>(kind.commits * kind.per_commit) / seconds);
    }
    AddTo(figures, name, what, "rows/s", Median(rates), std::nullopt);
  }
  raw = nullptr;
  if (session.Wants("raw_process") && !session.options().bare_binary.empty()) {
    session.on_start()("processes that insert one row");
    ASSIGN_OR_RETURN(const double milliseconds, MillisecondsPerRun({session.options().bare_binary, path}));
    AddTo(figures, "raw_process", "a process that inserts one row", "ms", milliseconds, std::nullopt,
          /*less_is_better=*/true);
  }
  return figures;
}

}  // namespace annals::bench
