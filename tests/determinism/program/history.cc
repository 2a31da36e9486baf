#include "tests/determinism/program/history.h"

#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/app.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sha256.h"
#include "projections/tables.h"
#include "tests/golden/story.h"
#include "tests/property/machine_script.h"
#include "tests/property/script.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::determinism {
namespace {

using property::TimedCommand;
using support::Session;

constexpr uint64_t kSeeds[] = {1, 2, 3, 4};
constexpr size_t kCommands = 1'000;  // of each
constexpr size_t kBatch = 7;         // commands in one commit, in the database

// What a locale would read, write, order or change the case of in its own way.
std::vector<TimedCommand> Awkward() {
  using support::With;
  return {
      {0,
       With(support::CreateRun("Iris-I.i", "running"), R"("actor":"İpek Işık","metadata":{"n":[0.1,1e21,-0.0,1.50]})")},
      {0,
       With(support::CreateWorkstream("TITLE", {}, false, "Iris-I.i"), R"("metadata":{"ı":"İ","ß":"ẞ","z":1234567})")},
      {0, support::RecordStep("TITLE", "INIT", "success", "Iris-I.i")},
      {0, With(support::RecordError("TITLE", "INIT", "I:İ:i:ı", "Iris-I.i"), R"("context":{"share":12345.678})")},
      {0, With(support::Note("SIZE_LIMIT", "Iris-I.i"), R"("payload":{"bytes":1234567890,"ratio":0.333})")},
  };
}

// The history, made as it is told.
std::vector<TimedCommand> TellInMemory(uint64_t seed, Storage& storage) {
  Session session(storage, seed);
  std::vector<TimedCommand> commands;
  const auto give = [&](TimedCommand command) {
    commands.push_back(std::move(command));
    session.clock().Set({session.clock().Now().micros + commands.back().wait_sec * 1'000'000});
    session.Execute(commands.back().json);
  };
  for (TimedCommand& command : Awkward()) give(std::move(command));
  for (const uint64_t word : property::SeededScript(seed, kCommands)) {
    give(property::MakeCommand(word, storage, commands));
  }
  return commands;
}

// Told again, several in one commit and now and then by another engine: none of that is input.
void TellAgain(uint64_t seed, const std::vector<TimedCommand>& commands, Storage& storage) {
  Session session(storage, seed);
  std::vector<std::string> batch;
  const auto give = [&] {
    session.ExecuteAll(batch);
    batch.clear();
  };
  for (const TimedCommand& command : commands) {
    if (command.wait_sec > 0 && !batch.empty()) give();
    session.clock().Set({session.clock().Now().micros + command.wait_sec * 1'000'000});
    batch.push_back(command.json);
    if (batch.size() == kBatch) give();
  }
  give();
  session.Restart(storage);
}

struct Shown {
  std::string command;  // its words
  bool on_terminal = false;
};

std::vector<Shown> AllShown() {
  std::vector<Shown> shown;
  for (const char* const command : {"log",
                                    "log --json --full --limit 100000",
                                    "log --transitions --json",
                                    "log --since 2026-01-01T18:00+05:45",
                                    "run list",
                                    "run show Iris-I.i",
                                    "ws list --json",
                                    "task list",
                                    "worker list",
                                    "error list",
                                    "audit Iris-I.i",
                                    "audit r0",
                                    "audit Iris-I.i --format json",
                                    "audit Iris-I.i --format markdown",
                                    "audit Iris-I.i --format html",
                                    "why run/Iris-I.i",
                                    "doctor",
                                    "diff 1 500",
                                    "verify --json",
                                    "rebuild --check",
                                    "stats --json",
                                    "export --format jsonl",
                                    "export --format csv --table runs",
                                    "export --format xes",
                                    "export --format trace --run Iris-I.i",
                                    "run list --json --at 2026-01-01T12:00:05Z",
                                    "run list --at -1h",
                                    "machine show task",
                                    "machine list",
                                    "sql SELECT*FROM\tevents",
                                    "docs database_schema",
                                    "help run create"}) {
    shown.push_back({command, false});
  }
  for (const char* const command : {"run list", "log", "audit r0", "run show Iris-I.i", "stats"})
    shown.push_back({command, true});
  return shown;
}

std::vector<std::string> WordsOf(const std::string& command) {
  std::vector<std::string> words;
  std::istringstream in(command);
  for (std::string word; std::getline(in, word, ' ');) {
    for (char& c : word) c = c == '\t' ? ' ' : c;
    words.push_back(word);
  }
  return words;
}

std::string LineOf(const Shown& shown, const std::string& path, Timestamp now) {
  SimulatedClock clock(now);
  SeededRandom random(1);
  std::ostringstream out, err;
  Host host{
      .clock = clock,
      .random = random,
      .environment = [](const char* name) -> const char* { return std::string_view(name) == "USER" ? "kim" : nullptr; },
      .monotonic = [] { return MonotonicTime(); },
      .out = out,
      .err = err,
      .out_is_terminal = shown.on_terminal,
      .width = shown.on_terminal ? std::optional<size_t>(100) : std::nullopt};
  std::vector<std::string> words = WordsOf(shown.command);
  words.insert(words.end(), {"--db", path});
  const int exit = RunAnnals(words, host);
  const std::string text = out.str() + "\n" + err.str();
  return fmt::format("shown {} {} {} {}{}\n", exit, text.size(), HexOf(Sha256({text})), shown.command,
                     shown.on_terminal ? ", on a terminal" : "");
}

void WriteTables(uint64_t seed, std::string_view backend, Storage& storage, std::ostream& out) {
  std::istringstream lines(golden::DigestOfStored(storage));
  for (std::string line; std::getline(lines, line);) out << fmt::format("{} {} {}\n", seed, backend, line);
}

}  // namespace

void WriteDigests(const std::string& folder, std::ostream& out) {
  for (const uint64_t seed : kSeeds) {
    const auto memory = MemoryStorage::Create(ProjectedTables());
    const std::vector<TimedCommand> commands = TellInMemory(seed, *memory);
    WriteTables(seed, "memory", *memory, out);

    const std::string path = fmt::format("{}/{}.db", folder, seed);
    Timestamp now;
    {
      const auto sqlite = support::OpenSqlite(path);
      TellAgain(seed, commands, *sqlite);
      WriteTables(seed, "sqlite", *sqlite, out);
      now = {support::Must(sqlite->Read())->head().recorded_at.micros + 90'000'000};
    }
    for (const Shown& shown : AllShown()) out << LineOf(shown, path, now);
  }
}

}  // namespace annals::determinism
