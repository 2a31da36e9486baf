#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "bench/workload.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

// Enough for the speed, which `growth` follows from there on.
constexpr uint64_t kMostCommands = 200'000;

absl::StatusOr<std::string> WriteLines(Session& session, uint64_t commands) {
  std::string path = session.Fresh("commands.jsonl");
  std::ofstream lines(path);
  Workload workload(session.options().seed);
  for (uint64_t i = 0; i < commands; ++i) lines << NextJsonLine(workload) << '\n';
  if (!lines.flush()) return absl::InternalError(fmt::format("write {}: the disk refused", path));
  return path;
}

// Into a database that is there: making one is no part of it.
absl::StatusOr<ProcessCost> ApplyTo(Session& session, const std::string& database, const std::string& lines) {
  const std::string& annals = session.options().annals_binary;
  RETURN_IF_ERROR(RunQuietly({annals, "--db", database, "init"}).status());
  return RunQuietly({annals, "--db", database, "apply", lines});
}

}  // namespace

Figures MeasureApply(Session& session) {
  std::vector<Figure> figures;
  if (session.options().annals_binary.empty()) return figures;
  session.on_start()("annals apply");
  const uint64_t commands = std::min(session.options().commands, kMostCommands);
  ASSIGN_OR_RETURN(const std::string lines, WriteLines(session, commands));
  Pairs pairs;
  for (uint64_t round = 0; round < session.options().rounds; ++round) {
    ASSIGN_OR_RETURN(const ProcessCost cost, ApplyTo(session, session.Fresh("apply.db"), lines));
    ASSIGN_OR_RETURN(const auto storage, session.Open(session.Fresh("library.db")));
    Workload workload(session.options().seed);
    Filler filler(*storage, [&](schema::Command::Builder command) { workload.Next(command); });
    ASSIGN_OR_RETURN(const double seconds, filler.SecondsForAll(commands));
    pairs.Add(static_cast<double>(commands) / cost.seconds, static_cast<double>(commands) / seconds);
  }
  figures.push_back(pairs.ToFigure("apply", "annals apply, JSON lines", "commands/s", 0.8));
  return figures;
}

Figures MeasureMemory(Session& session) {
  std::vector<Figure> figures;
  if (session.options().annals_binary.empty()) return figures;
  session.on_start()(fmt::format("the memory of processes, at {} commands", session.options().commands));
  ASSIGN_OR_RETURN(const std::string lines, WriteLines(session, session.options().commands));
  const std::string database = session.Fresh("large.db");
  const auto add = [&](const char* name, const char* what, const ProcessCost& cost) {
    AddTo(figures, name, what, "MiB", static_cast<double>(cost.peak_bytes) / (1 << 20), 256, /*less_is_better=*/true);
  };
  ASSIGN_OR_RETURN(const ProcessCost apply, ApplyTo(session, database, lines));
  add("apply_memory", "most memory: annals apply", apply);
  RemoveDatabase(lines);  // as large as the database
  session.SetLargeDatabase(database);
  if (session.Wants("verify_memory")) {
    ASSIGN_OR_RETURN(const ProcessCost verify,
                     RunQuietly({session.options().annals_binary, "--db", database, "verify"}));
    add("verify_memory", "most memory: annals verify", verify);
  }
  if (session.Wants("export_memory")) {
    ASSIGN_OR_RETURN(const ProcessCost exported,
                     RunQuietly({session.options().annals_binary, "--db", database, "export"}));
    add("export_memory", "most memory: annals export", exported);
  }
  return figures;
}

}  // namespace annals::bench
